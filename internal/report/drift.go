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
		s.say("the mean prediction is %s above that of the training rows.", num(total))
		slices.SortStableFunc(terms, func(a, b metrics.Shift) int { return cmp.Compare(math.Abs(b.Shift), math.Abs(a.Shift)) })
		t := table{Caption: "What moved the mean prediction: these sum up to it", Folded: true, Head: []string{"Term", "By"}}
		for _, shift := range terms {
			t.add(name(shift.Term), num(shift.Shift))
		}
		s.Tables = append(s.Tables, t.cut(l.columns))
	}
	if len(s.Text)+len(s.Tables) == 0 {
		return section{}
	}
	return s
}
