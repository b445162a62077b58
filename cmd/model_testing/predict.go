package main

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// predictor makes results of blocks.
type predictor struct {
	model       *regression.Model
	scale       *metrics.Scale
	low, high   []float64 // ranges of the columns in training
	files       []*table.File
	truths      []*truth            // per file; nil where nothing is known
	predictions *predictions        // nil for none
	ahead       []*regression.Ahead // per file; nil without -predictions
	rival       *rival              // nil for none
	memory      sync.Pool
}

func newPredictor(s *scaler.Scaler, m *regression.Model, files []*table.File, manifests *dataset.Manifests) (
	*predictor, error) {
	p := &predictor{model: m, scale: m.ErrorScale(), files: files, low: s.DataMin, high: s.DataMax}
	for _, f := range files {
		truth, err := newTruth(manifests.Entry(f.Path))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		p.truths = append(p.truths, truth)
	}
	return p, nil
}

// scratch is memory for one block.
type scratch struct {
	predicted, climatology []float64
	leverage, spread       []float64
	anomalous              []bool // of the usable rows; empty where none is
}

// scratch returns memory that is to be put back.
func (p *predictor) scratch() *scratch {
	if t, ok := p.memory.Get().(*scratch); ok {
		return t
	}
	return new(scratch)
}

// sized is memory for n numbers.
func sized(memory []float64, n int) []float64 { return slices.Grow(memory[:0], n)[:n] }

// work predicts the rows of a block and sums their errors.
func (p *predictor) work(r *design.Rows) (res result, err error) {
	t := p.scratch()
	defer p.memory.Put(t)
	res.residual, res.rival = p.predict(r, t), p.rival.residuals(r)
	t.climatology = t.climatology[:0]
	if len(p.model.Climatology) > 0 {
		t.climatology = sized(t.climatology, r.N)
		p.model.PredictSeason(t.climatology, r)
	}
	t.leverage = sized(t.leverage, r.N)
	p.model.Leverage(t.leverage, r)
	t.spread = t.spread[:0]
	if p.model.Band.Sigma > 0 {
		t.spread = sized(t.spread, r.N)
		p.model.Spread(t.spread, t.leverage)
	}
	sample := metrics.Sample{Actual: r.Y, Predicted: t.predicted, Spread: t.spread, Scale: p.scale,
		Season: t.climatology, Before: r.Prev, TrainMean: p.model.TrainMean}
	t.mark(r, p.truths[r.File])
	res.data.Add(&sample, r.Times, t.anomalous, res.residual)
	res.data.Predicted, res.data.Shift = int64(r.N), make([]float64, len(p.model.Terms))
	p.model.Shift(res.data.Shift, r)
	res.data.Cells, res.byBin = p.model.Columns.Count(r, 0, r.N, 1, &sample)
	res.counts.Add(&sample)
	if p.predictions != nil {
		forecasts := p.forecasts(r)
		res.predicted, res.ahead = r.N+len(forecasts), len(forecasts)
		res.lines = p.lines(r, t, forecasts)
	}
	return res, nil
}

// predict predicts the rows of a block, and returns the residuals of all its rows, NaN where
// there is none.
func (p *predictor) predict(r *design.Rows, t *scratch) []float64 {
	t.predicted = sized(t.predicted, r.N)
	p.model.Predict(t.predicted, r)
	residual := make([]float64, r.Block.N)
	if r.N < r.Block.N {
		for i := range residual {
			residual[i] = math.NaN()
		}
	}
	for i, y := range r.Y {
		residual[r.Place(i)] = y - t.predicted[i]
	}
	return residual
}

// mark tells the anomalous rows.
func (t *scratch) mark(r *design.Rows, truth *truth) {
	t.anomalous = t.anomalous[:0]
	if r.N == 0 {
		return
	}
	first := r.Index(0)
	marks := truth.anomalous(first, r.Index(r.N-1)+1)
	for i := 0; i < r.N && marks != nil; i++ {
		t.anomalous = append(t.anomalous, marks[r.Index(i)-first])
	}
}
