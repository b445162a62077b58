package main

import (
	"context"
	"fmt"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// rival is the model of -against. It reads the files beside the model's own pass: other
// columns may be scaled in another way, but blocks are cut alike.
type rival struct {
	*predictor
	scaler      *scaler.Scaler
	fingerprint string
	blocks      chan []float64 // residuals of all rows of a block, in order
	failed      error          // why there are no more of them; read when blocks is closed
	files       []*metrics.Against
}

// newRival reads the model of -against, nil where there is none.
func newRival(o *options, m *regression.Model, s *scaler.Scaler, files []*table.File) (*rival, error) {
	if o.against == "" {
		return nil, nil
	}
	other, model, fingerprint, err := readModel(o, o.againstScaler, o.against)
	if err != nil {
		return nil, err
	}
	if model.Target != m.Target || other.Time != s.Time {
		return nil, fmt.Errorf("%s predicts %q by the time %q, and %s %q by %q; they cannot be compared", o.model, m.Target,
			s.Time, o.against, model.Target, other.Time)
	}
	var paths []string
	for _, f := range files {
		if f.Path == "-" {
			return nil, cli.Usagef("-against reads every file twice, which standard input cannot be; save it in a file")
		}
		paths = append(paths, f.Path)
	}
	again, err := table.Open(paths, nil, s.Time)
	if err != nil {
		return nil, err
	}
	p, err := newPredictor(other, model, again, nil)
	if err != nil {
		return nil, err
	}
	return &rival{predictor: p, scaler: other, fingerprint: fingerprint, blocks: make(chan []float64, 1),
		files: make([]*metrics.Against, len(files))}, nil
}

// run predicts the rows of all files.
func (r *rival) run(ctx context.Context, workers int) {
	defer close(r.blocks)
	scan := design.Scan[[]float64]{Design: &r.scaler.Design, Workers: workers, Unknown: true,
		Work: func(rows *design.Rows) ([]float64, error) {
			t := r.scratch()
			defer r.memory.Put(t)
			t.predicted = sized(t.predicted, rows.N)
			r.model.Predict(t.predicted, rows)
			return append([]float64{}, t.residuals(rows)...), nil
		},
		Each: func(_ int, block *[]float64) error {
			select {
			case r.blocks <- *block:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
	for _, err := range scan.Files(ctx, r.predictor.files) {
		if err != nil {
			r.failed = err
			return
		}
	}
}

// compare includes the next block of a file, of which these are the model's residuals.
func (r *rival) compare(file int, residual []float64) error {
	if r == nil {
		return nil
	}
	other, more := <-r.blocks
	if !more && r.failed != nil {
		return r.failed
	}
	if !more || len(other) != len(residual) {
		return fmt.Errorf("%s changed while it was read", r.predictor.files[file].Path)
	}
	if r.files[file] == nil {
		r.files[file] = new(metrics.Against)
	}
	r.files[file].Add(residual, other, r.scaler.Time != "")
	return nil
}

// of is the comparison on a file that is at its end, nil without -against.
func (r *rival) of(file int) *metrics.Against {
	if r == nil {
		return nil
	}
	a := r.files[file]
	if a == nil {
		a = new(metrics.Against) // of a file without rows
	}
	r.files[file] = nil
	a.Finish()
	return a
}
