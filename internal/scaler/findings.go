package scaler

import (
	"fmt"
	"slices"
	"strings"

	"mlpipeline/internal/design"
)

// Findings are doubts about the columns, each with a way out: sentences without their ends.
func (s *Scaler) Findings() (found []string) {
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, c := range s.Categories {
		switch n := len(c.Pooled); {
		case len(c.Levels) == 0:
			add("column %q is left out: it has more different words than a category can have, as an identifier has; "+
				"choose others with -features", c.Name)
		case n > 0:
			add("column %q has %d levels: the %d rarest become %s; -max-levels N keeps more", c.Name, len(c.Levels)-1+n, n,
				design.Other)
		}
	}
	if n := len(s.TooMany); n > 0 {
		add("%d terms are not proposed, for the columns would be too many: %s; -hinge and -cross ask for them", n,
			strings.Join(s.TooMany[:min(n, 5)], ", "))
	}
	for _, item := range s.Asked.Hinges {
		of, _, _, _ := s.ParseHinge(item)
		if !slices.ContainsFunc(s.Made, func(t design.Spec) bool { return t.Kind == design.Hinge && t.Of[0] == of }) {
			add("column %q has no hinges: no quantile of it is between its least number and its greatest; "+
				"-hinge %s@K1/K2 gives them", of, of)
		}
	}
	for _, name := range s.Coarse {
		add("column %q has most of its numbers in a narrow range far from zero, and its knots are rough; "+
			"-hinge %s@K1/K2 gives them", name, name)
	}
	for j, name := range s.FeatureNamesOut {
		if s.Constant(j) {
			add("column %q is constant (%v): its scale is 1 and its coefficient will be 0%s", name, s.Mean[j], s.without(j))
		}
	}
	const little = 0.1 // of the deviation of a sine, which is 0.71 over whole turns
	var hardly []string
	for from, to := s.Harmonics(); from < to; from++ {
		if !s.Constant(from) && s.Scale[from] < little {
			hardly = append(hardly, s.FeatureNamesOut[from])
		}
	}
	if len(hardly) > 0 {
		add("%s hardly vary: the rows come from one part of the season, or a whole one apart, and show little of it; "+
			"-annual 0 and -daily 0 do without", strings.Join(hardly, ", "))
	}
	return found
}

// without says what leaves a column of X out, "" for one of a term, of which only others may vary.
func (s *Scaler) without(column int) string {
	from, to := s.Harmonics()
	switch {
	case column < from:
		return "; -features can leave it out"
	case column < from+2*s.Annual:
		return "; a lower -annual does without it"
	case column < to:
		return "; a lower -daily does without it"
	case column < to+len(s.Lags):
		return "; without -lags there is none"
	}
	return ""
}
