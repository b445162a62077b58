package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
)

// past returns of each file the targets before its first row: those with which training data of
// its name end, where it goes on one step behind them. Where it does not, that is said, if o is there to say it.
func (p *predictor) past(o *options, s *scaler.Scaler) [][]float64 {
	past := make([][]float64, len(p.files))
	if len(s.Lags) == 0 || s.Time == "" {
		return past
	}
	pasts := p.model.Pasts(slices.Max(s.Lags))
	for i, f := range p.files {
		of := pasts[f.Name]
		switch {
		case design.OneStep(f.First-of.Last, of.Step):
			past[i] = of.Targets
		case o != nil && of.Step > 0 && f.First > of.Last: // else it is refused, or said to leak
			o.Warnf("%s: begins at %v, which is not one step (%v) behind the training data of its name, which end at %v: "+
				"its first rows lack their lags", f.Path, f.First, time.Duration(of.Step)*time.Microsecond, of.Last)
		case o != nil && of.Step == 0 && len(pasts) == 1:
			for name, of := range pasts {
				if design.OneStep(f.First-of.Last, of.Step) {
					o.Logf("%s: would go on where the training data of %q end, if it had their name: %s.csv", f.Path, name, name)
				}
			}
		}
	}
	return past
}

// lookAhead makes ready for rows whose lags are not known but predicted.
func (p *predictor) lookAhead(s *scaler.Scaler) {
	if len(s.Lags) == 0 {
		return
	}
	for range p.files {
		p.ahead = append(p.ahead, regression.NewAhead(p.model, &s.Design))
	}
}

// forecast is what -predictions shows of a row whose lags are not all known.
type forecast struct {
	value, spread float64
	note          string
}

// forecasts are those of a block, by its rows. They stand in -predictions only; no figure counts them.
func (p *predictor) forecasts(r *design.Rows) map[int]forecast {
	if r.Ahead == nil {
		return nil
	}
	ahead, forecasts := p.ahead[r.File], map[int]forecast{}
	for row := range r.Every.N {
		lacks := len(r.Every.Lags) > 0 && r.Every.Lags[row]
		if usable := r.Every.Why[row] == ""; !lacks && (!usable || r.Every.Y[row] == r.Every.Y[row]) {
			continue
		}
		f, ok := ahead.Predict(r, row)
		if !ok || !lacks {
			continue
		}
		notes := append([]string{predictedLags(f.Guessed)}, p.model.Doubt(f.Row, 0, f.Leverage, p.low, p.high)...)
		forecasts[row] = forecast{f.Value, f.Spread, strings.Join(notes, "; ")}
	}
	return forecasts
}

// predictedLags says which lags are predicted.
func predictedLags(lags []int) string {
	if len(lags) == 1 {
		return fmt.Sprintf("lag %d is predicted", lags[0])
	}
	return fmt.Sprintf("lags %s are predicted", strings.Trim(strings.ReplaceAll(fmt.Sprint(lags), " ", ", "), "[]"))
}

// sayAhead says whether the intervals of rows with predicted lags can be trusted: errors should not foretell
// those of rows to come. What is known of that is from this run or, where few rows were scored, from the last
// test of the model.
func sayAhead(o *options, r *metrics.Report, p *predictions) {
	if p == nil || p.ahead == 0 {
		return
	}
	const few = 100
	for _, path := range []string{o.sums(), filepath.Join(filepath.Dir(o.model), "metrics.gob")} {
		if r.Rows >= few || path == "" {
			continue
		}
		if sums, err := metrics.Read(path); err == nil && sums.Model == r.Model {
			if last, err := metrics.New(sums); err == nil {
				r = last
			}
		}
	}
	if r.Rows < few {
		o.Logf("intervals of rows with predicted lags hold if errors are independent, of which nothing is known here; "+
			"a test of %s on %d rows or more would show it", o.model, few)
		return
	}
	apart, largest := 0, math.Max(0.1, 3.5/math.Sqrt(float64(r.Rows))) // by chance one run in a hundred is beyond
	for k, v := range r.Diagnostics.Autocorrelation {
		if v != nil && math.Abs(*v) > largest {
			apart, largest = k+1, math.Abs(*v)
		}
	}
	if apart > 0 {
		o.Warnf("errors of rows %d apart have a correlation of %.2f, and intervals of rows with predicted lags hold only if "+
			"they are independent; model_preprocessing -lags with %d may take it away", apart,
			*r.Diagnostics.Autocorrelation[apart-1], apart)
	}
}

// aside says how many rows have predicted lags.
func (p *predictions) aside() string {
	if p.ahead == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d of them from lags that are predicted, which count for no figure)", p.ahead)
}
