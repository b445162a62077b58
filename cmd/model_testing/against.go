package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
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
	blocks      func() ([]float64, error, bool) // residuals of all rows of the next block
	stop        func()
}

// newRival reads the model of -against, nil where there is none.
func newRival(ctx context.Context, o *options, m *regression.Model, s *scaler.Scaler, files []*table.File) (*rival, error) {
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
	r := &rival{predictor: &predictor{model: model, files: again}, scaler: other, fingerprint: fingerprint}
	r.blocks, r.stop = iter.Pull2(r.residuals(ctx, o.Workers))
	return r, nil
}

// residuals predicts the rows of all files, and yields the residuals of each block.
func (r *rival) residuals(ctx context.Context, workers int) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		stopped := errors.New("nobody asks for more")
		scan := design.Scan[[]float64]{Design: &r.scaler.Design, Workers: workers, Unknown: true,
			Past: r.past(nil, r.scaler),
			Work: func(rows *design.Rows) ([]float64, error) {
				t := r.scratch()
				defer r.memory.Put(t)
				return r.predict(rows, t), nil
			},
			Each: func(_ int, block *[]float64) error {
				if !yield(*block, nil) {
					return stopped
				}
				return nil
			}}
		for _, err := range scan.Files(ctx, r.files) {
			if err != nil && err != stopped {
				yield(nil, err)
			}
		}
	}
}

// ids are those of the files that the other model was made of.
func (r *rival) ids() []dataset.ID {
	if r == nil {
		return nil
	}
	return slices.Concat(r.scaler.IDs(), r.model.IDs())
}

// next returns the residuals of the next block, which is one of n rows of a file.
func (r *rival) next(file, n int) ([]float64, error) {
	if r == nil {
		return nil, nil
	}
	block, err, more := r.blocks()
	if err == nil && (!more || len(block) != n) {
		err = fmt.Errorf("%s changed while it was read", r.files[file].Path)
	}
	return block, err
}
