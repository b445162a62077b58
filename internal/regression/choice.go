package regression

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mlpipeline/internal/design"
	"mlpipeline/internal/ordered"
)

// Worth is what a term of a model is worth, by exact cross-validation.
type Worth struct {
	Name       string   `json:"name"`
	Columns    []string `json:"columns"`
	MSEWithout *float64 `json:"cv_mse_without"`          // Σ of squared errors on rows held out, over their number
	Delta      *float64 `json:"delta"`                   // that error without the term less that with it
	Better     int      `json:"folds_better" range:"0,"` // folds on which the model with the term errs less
	Kept       bool     `json:"kept"`                    // it is in the model
	Chosen     bool     `json:"chosen"`                  // for its own worth: else it is there as the plain terms' fit has it
}

// In says in a word or two whether the term is in the model.
func (w *Worth) In() string {
	switch {
	case w.Chosen:
		return "kept"
	case w.Kept:
		return "in part"
	}
	return "left out"
}

// MostWorth returns terms in another order: those chosen first, those left out last, and of these
// the most worth first.
func MostWorth(terms []Worth) []Worth {
	terms = slices.Clone(terms)
	rank := func(w *Worth) (rank int, delta float64) {
		switch {
		case !w.Kept:
			rank = 4
		case !w.Chosen:
			rank = 2
		}
		if w.Delta == nil {
			return rank + 1, 0
		}
		return rank, *w.Delta
	}
	slices.SortStableFunc(terms, func(a, b Worth) int {
		rankA, deltaA := rank(&a)
		rankB, deltaB := rank(&b)
		return cmp.Or(cmp.Compare(rankA, rankB), cmp.Compare(deltaB, deltaA))
	})
	return terms
}

// Selection says how terms were chosen.
type Selection struct {
	Compared int     `json:"models_compared" range:"0,"`
	MSE      float64 `json:"cv_mse"`   // of the chosen terms by least squares, pooled over rows
	Optimism float64 `json:"optimism"` // by how much that is thought to be too small, being the least of many
	// Plain and Chosen are the weights of the fits to the plain and to the chosen terms; the
	// target's mean has what they leave.
	Plain  float64 `json:"weight_plain" range:"0,1"`
	Chosen float64 `json:"weight_chosen" range:"0,1"`
	Reason string  `json:"reason,omitempty"` // why terms are not compared
}

// choice is what came of choosing terms.
type choice struct {
	kept      []bool
	worth     []Worth
	selection *Selection
	penalty   float64
	path      []Point // of the penalties, where they were chosen too
}

// choose decides which terms are in the model, sets the columns that are left out, and
// weighs all terms.
func (s *Settings) choose(datasets []Dataset, splits []split) (c choice) {
	c.kept = make([]bool, len(s.Terms))
	for t := range c.kept {
		c.kept[t] = true
	}
	if reason := weighable(splits, s.Select); reason != "" {
		c.selection = &Selection{Reason: reason}
		for i, t := range s.Terms {
			c.kept[i] = !s.Select || t.plain()
			c.worth = append(c.worth, Worth{Name: t.Name, Columns: s.Names[t.From:t.To], Kept: c.kept[i], Chosen: c.kept[i]})
		}
		if s.Select {
			s.leaveOut(c.kept)
		}
		return c
	}
	chooser := newChooser(s.Terms, splits)
	if !s.Select {
		chooser.set(c.kept)
		c.worth = chooser.worth(s.Names)
		return c
	}
	plain := chooser.search(s.Time != "")
	c.kept, c.worth = chooser.chosen, chooser.worth(s.Names)
	c.selection = &Selection{Compared: chooser.compared, MSE: chooser.mse(chooser.errors), Optimism: chooser.optimism(),
		Chosen: 1}
	s.leaveOut(c.kept)
	if !s.Auto {
		return c
	}
	if s.Time != "" {
		if chained := chainedSplits(datasets); len(chained) > 0 {
			splits = chained
		}
	}
	c.shrink(s, plain, splits)
	return c
}

// shrink finds the penalty of the chosen terms, and the weight of the plain ones and of the
// target's mean beside them.
func (c *choice) shrink(s *Settings, plain []bool, splits []split) {
	members := []member{{kept: plain}, {kept: c.kept, weight: 1}}
	for i := range members {
		s.leaveOut(members[i].kept)
		if reason := c.choosePenalty(s, splits, pooled); reason != "" {
			c.path, c.penalty = nil, 0
			s.leaveOut(c.kept)
			return
		}
		members[i].penalty = c.penalty
	}
	if s.weigh(members, splits) == nil && members[1].weight < 1 {
		s.blend, c.kept = members, union(members)
		s.leaveOut(c.kept)
		for t := range c.worth {
			c.worth[t].Kept = c.kept[t]
		}
	}
	c.selection.Plain, c.selection.Chosen = members[0].weight, members[1].weight
}

// Bounds of what is compared: beyond them terms are neither weighed nor chosen.
const (
	mostChosen  = 302 // columns of a factor
	mostWeighed = 152 // where none are chosen, and what they are worth must cost little
	mostFolds   = 50
)

// weighable says what keeps the terms from being compared, "" if nothing does.
func weighable(splits []split, choose bool) (reason string) {
	most := mostWeighed
	if choose {
		most = mostChosen
	}
	if len(splits) > mostFolds {
		return fmt.Sprintf("terms are compared in %d folds at most", mostFolds)
	}
	for k, split := range splits {
		switch f := split.test; {
		case f.N == 0:
			return fmt.Sprintf("fold %d of %d has no rows", k+1, len(splits))
		case f.Width > most:
			return fmt.Sprintf("terms of %d columns at most are compared", most-2)
		}
	}
	return ""
}

// What a step must gain, as a share of the error: in a series, whose neighbours resemble
// each other and whose future does not, more than elsewhere.
const (
	gainSeries  = 0.01
	gainRows    = 1e-4
	gainCrosses = 0.03 // each, and all crosses together
	mostSteps   = 20
	mostCrosses = 8
)

// search finds the terms to keep, with which cross-validation errs least: from the plain
// ones, others in while that pays, then any out that is not missed, and crosses if they
// pay together. It returns the plain ones.
func (c *chooser) search(series bool) (started []bool) {
	kind := func(kinds ...design.TermKind) func(t int) bool {
		return func(t int) bool { return slices.Contains(kinds, c.terms[t].Kind) }
	}
	for t := range c.terms {
		if c.terms[t].plain() && (c.varies[t] || !slices.Contains(c.varies, true)) {
			c.toggle(t)
		}
	}
	started = slices.Clone(c.chosen)
	gain := gainRows
	if series {
		gain = gainSeries
	}
	c.forward(kind(design.Hinge, design.Clock, design.Trend, design.Missing), gain, mostSteps)
	c.backward(series)
	before, now := slices.Clone(c.chosen), c.mse(c.errors)
	c.forward(kind(design.Cross), gainCrosses, mostCrosses)
	c.backward(series)
	if c.mse(c.errors) >= now*(1-gainCrosses) {
		c.set(before)
	}
	return started
}

// worth weighs every term, by the model of the chosen ones without it or, of one that is
// not chosen, with it.
func (c *chooser) worth(names []string) []Worth {
	list := make([]Worth, len(c.terms))
	ordered.Each(len(list), func(t int) {
		term, other := &c.terms[t], c.with(t)
		w := Worth{Name: term.Name, Columns: names[term.From:term.To], Kept: c.chosen[t], Chosen: c.chosen[t]}
		with, without := c.errors, other
		if !w.Kept {
			with, without = other, c.errors
		}
		mse, delta := c.mse(without), c.mse(without)-c.mse(with)
		if !math.IsInf(mse, 0) && !math.IsNaN(mse+delta) && !math.IsInf(delta, 0) {
			w.MSEWithout, w.Delta = &mse, &delta
		}
		for k := range with {
			if with[k] < without[k] {
				w.Better++
			}
		}
		list[t] = w
	})
	return list
}

// fixPenalty returns the penalty to fit so many rows with: that which is given, or was chosen
// with the terms, or is chosen now. Where terms are chosen and no penalty can be, it is 0.
func (c *choice) fixPenalty(s *Settings, splits []split, rows int64) (float64, error) {
	if !s.Auto {
		return s.Alpha, nil
	}
	if c.path == nil {
		reason := c.choosePenalty(s, splits, func(folds []heldOut) float64 { mse, _ := perFold(folds); return mse })
		if reason != "" && !s.Select {
			return 0, fmt.Errorf("alpha cannot be chosen by cross-validation: %s; use fewer -folds, or a number for -alpha", reason)
		}
	}
	return c.penalty, Enough(rows, s.Coefficients(), c.penalty)
}
