package main

import (
	"fmt"

	"mlpipeline/internal/design"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// rival is the model of -against.
type rival struct {
	*predictor
	scaler      *scaler.Scaler
	fingerprint string
	sameRows    bool // as the model's own
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
	return &rival{predictor: &predictor{model: model, files: files}, scaler: other, fingerprint: fingerprint,
		sameRows: other.Fingerprint() == s.Fingerprint() && len(s.Lags) == 0}, nil
}

// scan is what makes the rival's rows of the blocks; nil where they are the model's own.
func (r *rival) scan(all bool) *design.Scan[result] {
	if r == nil || r.sameRows {
		return nil
	}
	return &design.Scan[result]{Design: &r.scaler.Design, Unknown: true, All: all, Past: r.past(nil, r.scaler)}
}

// residuals are those of all rows of a block, of which the model has made its own rows.
func (r *rival) residuals(rows *design.Rows) []float64 {
	if r == nil {
		return nil
	}
	if !r.sameRows {
		rows = rows.Rival
	}
	t := r.scratch()
	defer r.memory.Put(t)
	return r.predict(rows, t)
}
