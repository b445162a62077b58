package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
)

// past returns of each file the targets before its first row: those with which training data of
// its name end, where it goes on one step after them. Where it does not, that is said, if o is there to say it.
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
			o.Warnf("%s: begins at %v, which is not one step (%v) after the training data of its name, which end at %v: "+
				"its first rows lack their lags; model_preparation -append adds the rows between", f.Path, f.First,
				time.Duration(of.Step)*time.Microsecond, of.Last)
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
		p.ahead = append(p.ahead, regression.NewAhead(p.model, &s.Design, p.low, p.high))
	}
}

// forecasts are those of rows of a block that lack nothing but lags, which are predicted. They stand in
// -predictions only; no figure counts them.
func (p *predictor) forecasts(r *design.Rows) map[int]regression.Forecast {
	forecasts := map[int]regression.Forecast{}
	for row := range r.Block.N {
		lacks, y := len(r.Block.Lags) > 0 && r.Block.Lags[row], r.Block.Y[row]
		if r.Ahead == nil || !lacks && (r.Block.Why[row] != "" || y == y) {
			continue // it cannot be predicted, or nothing after it needs its prediction
		}
		if f, ok := p.ahead[r.File].Predict(r, row); ok && lacks {
			forecasts[row] = f
		}
	}
	return forecasts
}

// sayAhead says whether the intervals of rows with predicted lags can be trusted: an error should not foretell
// those of rows to come. What is known of that is from this run or, where few rows were scored, from the last
// test of a model of the same columns.
func sayAhead(o *options, r *metrics.Report, p *predictions) {
	if p == nil || p.ahead == 0 {
		return
	}
	const few = 100
	for _, path := range []string{o.sums(), filepath.Join(filepath.Dir(o.model), "metrics.gob")} {
		if r.Rows >= few || path == "" {
			continue
		}
		if sums, err := metrics.Read(path); err == nil && sums.Scaler == r.Scaler {
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
			"they are independent; other -lags of model_preprocessing may take it away", apart,
			*r.Diagnostics.Autocorrelation[apart-1])
	}
}

// aside says how many rows have predicted lags.
func (p *predictions) aside() string {
	if p.ahead == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d of them from lags that are predicted, which count for no figure)", p.ahead)
}
