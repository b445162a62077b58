package report

import (
	"cmp"
	"math"
	"slices"

	"mlpipeline/internal/metrics"
)

// drift is what has changed since training.
func (p *Page) drift(l limits) (s section) {
	s.Title = "Since training"
	if r := p.Metrics.Residual; r != nil {
		s.say("%v.", r)
	}
	if columns := p.Metrics.Drift; len(columns) > 0 {
		if !columns[0].Drifted {
			s.say("no column is farther from training than its parts are from each other.")
		}
		t := table{Caption: "How far each column is from training, where it is farthest", Folded: len(columns) > l.columns,
			Head: []string{"Column", "File", "PSI", "Usual", "Beyond chance", "Mean moved, sd", "Missing", "Outside", "Unseen", "Drifted"}}
		for _, d := range columns {
			drifted := ""
			if d.Drifted {
				drifted = "yes"
			}
			t.add(name(d.Column), name(cmp.Or(d.Dataset, "all")), num(d.PSI), num(d.Usual), num(d.Excess), figureOf(d.Mean),
				percent(d.Missing), percent(d.Outside), percent(d.Unseen), drifted)
		}
		s.Tables = append(s.Tables, t.cut(l.columns))
	}
	if total, terms := p.Metrics.Shifts(); len(terms) > 0 {
		side := "above"
		if total < 0 {
			side = "below"
		}
		s.say("the mean prediction is %s %s that of the training rows.", num(math.Abs(total)), side)
		slices.SortStableFunc(terms, func(a, b metrics.Shift) int { return cmp.Compare(math.Abs(b.Shift), math.Abs(a.Shift)) })
		s.Figures = append(s.Figures, p.shifts(total, terms))
	}
	if len(s.Text)+len(s.Tables)+len(s.Figures) == 0 {
		return section{}
	}
	return s
}

// shifts is one bar of what each term has moved the mean prediction by, the largest first:
// to the right of 0 what raised it, to the left what lowered it. They sum up to the total,
// which is a line.
func (p *Page) shifts(total float64, terms []metrics.Shift) figure {
	t := numbers("Term", "By")
	ends := [2]float64{} // of the bar, to the left and to the right
	type piece struct {
		from, to float64
		term     string
	}
	var pieces []piece
	for _, shift := range terms {
		t.add(name(shift.Term), num(shift.Shift))
		side := 0
		if shift.Shift > 0 {
			side = 1
		}
		pieces = append(pieces, piece{ends[side], ends[side] + shift.Shift, shift.Term})
		ends[side] += shift.Shift
	}
	c := newChart(numeric(short(p.target(), 20), 0, total, ends[0], ends[1]), axis{from: 1, to: -1}, size{640, 110, 26, 26, 42})
	bars := ""
	for _, b := range pieces {
		if b.from != b.to {
			bars += c.box(min(b.from, b.to), -0.4, max(b.from, b.to), 0.4)
		}
	}
	c.draw("bar", "a term", bars)
	for _, b := range pieces {
		const letter = 7.2
		middle, wide := (c.atX(b.from)+c.atX(b.to))/2, math.Abs(c.atX(b.to)-c.atX(b.from))
		if n := int(wide / letter); n > 2 {
			c.text(middle, c.atY(0)+4, "middle", short(b.term, n))
		}
	}
	c.draw("predicted", "all together", c.segment(total, -0.8, total, 0.8))
	return c.figure("What moved the mean prediction", "A bar of pieces, one for each term, beside 0.",
		"Where nothing has changed since training there is next to nothing.",
		"Here "+name(terms[0].Term)+" moves it most, by "+num(terms[0].Shift)+".", t.cut(12))
}
