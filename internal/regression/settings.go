package regression

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/scaler"
)

// Settings are what a model is fitted with, besides the rows. Models with the
// same settings can be merged.
type Settings struct {
	Scaler     string   // fingerprint of the scaler that standardised the rows
	Target     string   // name of y
	Time       string   // of the column that the calendar comes from; "" for none
	Names      []string // names of the p columns
	Mean       []float64
	Scale      []float64 `range:"1e-200,"`
	TargetMean float64   // what was subtracted from y
	Categories []Category
	SeasonFrom int // the columns that are sines and cosines of the year and the day
	SeasonTo   int
	Auto       bool            // choose alpha by cross-validation
	Alpha      float64         `range:"0,"` // ridge penalty, where not chosen
	Folds      int             `range:"2,1000"`
	Select     bool            // choose the terms by cross-validation
	Terms      []Term          // the columns by groups, in order
	Derived    []bool          // of the columns: those whose mean and scale come from the rows of the model
	Columns    metrics.Columns // of which drift is counted
	Size       []float64       // how large the numbers are that columns are made of, where they are derived

	left  []bool   // columns that are left out; nil for none
	blend []member // of which the solution is the mean; nil for none
}

// Fit is what is asked of a fit to the rows of a scaler.
type Fit struct {
	Auto   bool
	Alpha  float64
	Folds  int
	Select bool
}

// SettingsOf returns the settings of a fit to a scaler's rows.
func SettingsOf(s *scaler.Scaler, fit Fit) Settings {
	from, to := s.Harmonics()
	settings := Settings{Scaler: s.Fingerprint(), Target: s.Target, Time: s.Time, Names: s.FeatureNamesOut,
		Mean: s.Mean, Scale: s.Scale, TargetMean: s.TargetMean, SeasonFrom: from, SeasonTo: to, Auto: fit.Auto,
		Alpha: fit.Alpha, Folds: fit.Folds, Select: fit.Select, Derived: s.Derived(), Size: s.Sizes(),
		Columns: driftColumns(s)}
	category := -1
	for _, g := range s.Terms() {
		settings.Terms = append(settings.Terms, Term{g.Name, g.Kind, g.From, g.To(), g.Parents})
		if g.Kind != design.Word && g.Kind != design.Clock {
			continue
		}
		if category++; len(g.Columns) > 0 {
			settings.Categories = append(settings.Categories, Category{g.Name, g.From, g.To(), s.Reference(category)})
		}
	}
	return settings.unfitted()
}

// unfitted returns the settings as they were before a fit gave derived columns their mean
// and scale.
func (s Settings) unfitted() Settings {
	s.Mean, s.Scale = slices.Clone(s.Mean), slices.Clone(s.Scale)
	s.left, s.blend = nil, nil
	for j, derived := range s.Derived {
		if derived {
			s.Mean[j], s.Scale[j] = 0, 1
		}
	}
	return s
}

// leaveOut leaves out the columns of the terms that are not kept.
func (s *Settings) leaveOut(kept []bool) {
	s.left = make([]bool, len(s.Names))
	for t, kept := range kept {
		for j := s.Terms[t].From; j < s.Terms[t].To; j++ {
			s.left[j] = !kept
		}
	}
}

// kindOf returns the kind of column j.
func (s *Settings) kindOf(j int) design.TermKind {
	for _, t := range s.Terms {
		if j >= t.From && j < t.To {
			return t.Kind
		}
	}
	return ""
}

// isLeft reports whether column j is left out.
func (s *Settings) isLeft(j int) bool { return s.left != nil && s.left[j] }

// Follows reports whether the settings are those of a scaler's rows.
func (s *Settings) Follows(from *scaler.Scaler) bool {
	return reflect.DeepEqual(s.unfitted(), SettingsOf(from, Fit{s.Auto, s.Alpha, s.Folds, s.Select}))
}

// uncentre gives a value of the centred target in the target's own origin.
func (s *Settings) uncentre(y moments.Sum) float64 {
	return moments.Float(s.TargetMean).Plus(y).Value()
}

// offsets are the sizes of the numbers that the columns come from, in units of
// their scale: |mean|/scale, and more for harmonics; see newSolver.
func (s *Settings) offsets() []float64 {
	offsets := make([]float64, len(s.Mean))
	for j, mean := range s.Mean {
		size := math.Abs(mean)
		if len(s.Derived) > 0 && s.Derived[j] {
			size = s.Size[j]
		}
		if j >= s.SeasonFrom && j < s.SeasonTo {
			size = max(size, design.HarmonicError/0x1p-53)
		}
		offsets[j] = size / s.Scale[j]
	}
	return offsets
}

// Coefficients returns how many coefficients there are with the intercept, but for
// those of reference levels.
func (s *Settings) Coefficients() int {
	n := len(s.Names) + 1
	for j := range s.left {
		if s.left[j] {
			n--
		}
	}
	for _, c := range s.Categories {
		if !s.isLeft(c.From) {
			n--
		}
	}
	return n
}

// solver prepares a factor of all columns for penalties from alpha.
func (s *Settings) solver(f *Factor, alpha float64) (*solver, error) {
	return newSolver(f, s.offsets(), alpha, s.left, s.levels())
}

// climatology fits the season's columns alone, without the penalty unless there are
// too few rows.
func (s *Settings) climatology(total *Factor, alpha float64) ([]float64, error) {
	if s.SeasonFrom == s.SeasonTo {
		return nil, nil
	}
	n, of := s.SeasonTo-s.SeasonFrom, *s
	of.blend, of.left = nil, slices.Repeat([]bool{true}, len(s.Names))
	clear(of.left[s.SeasonFrom:s.SeasonTo])
	if Enough(total.N, n+1, 0) == nil {
		alpha = 0
	}
	fits, err := of.fits(total, alpha)
	if err != nil {
		return nil, err
	}
	return append([]float64{s.uncentre(fits[0].b0)}, fits[0].coef()[s.SeasonFrom:s.SeasonTo]...), nil
}

// AlphaName returns the penalty as it was asked for.
func (s *Settings) AlphaName() string {
	if s.Auto {
		return "auto"
	}
	return fmt.Sprint(s.Alpha)
}
