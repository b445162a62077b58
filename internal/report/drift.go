package report

import (
	"cmp"
	"fmt"

	"mlpipeline/internal/metrics"
)

// drift is what has changed since training.
func (p *Page) drift(l limits) (s section) {
	s.Title = "Since training"
	for _, change := range p.Metrics.Changes() {
		s.say("%s.", change)
	}
	if columns := p.Metrics.Drift; len(columns) > 0 {
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
		s.show(p.shifts(total, terms))
	}
	if len(s.Text)+len(s.Tables)+len(s.Figures) == 0 {
		return section{}
	}
	return s
}

// shifts says what each term has moved the mean prediction by, the largest first: a bar begins
// where the one above it ends, and the last goes from 0 to their sum.
func (p *Page) shifts(total float64, terms []metrics.Shift) figure {
	const most = 12 // bars
	t, moved := numbers("Term", "By"), layer{kind: bars, class: "bar", wide: 0.8}
	var names []string
	sum := 0.0
	add := func(term string, from, to float64) {
		moved.add(float64(len(names)), from, to)
		names = append(names, short(term, 18))
		t.add(name(term), num(to-from))
		sum = to
	}
	for i, shift := range terms {
		if i == most-1 && len(terms) > most {
			add(fmt.Sprintf("%d others", len(terms)-i), sum, total)
			break
		}
		add(shift.Term, sum, sum+shift.Shift)
	}
	add("all together", 0, total)
	along := named("", len(names), true, func(i int) string { return names[i] })
	return plot(along, short(p.target(), 40), inRows(len(names)), moved, level("guide", "", along, 0)).
		figure("What moved the mean prediction", "A bar for each term, which begins where the one above it ends.",
			"Where nothing has changed since training there is next to nothing.",
			"Here "+name(terms[0].Term)+" moves it most, by "+num(terms[0].Shift)+".", t)
}
