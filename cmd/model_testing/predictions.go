package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/csv"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
)

// predictions is the file of -predictions: a line for every row of input.
type predictions struct {
	*artifact.File
	quantile float64 // of t: half the width of an interval, in spreads
	rows     int     // that have a prediction
	ahead    int     // of them those of predicted lags
}

// fixed are the columns of -predictions besides those of -keep, which stand
// before the third.
var fixed = []string{"dataset", "timestamp", "actual", "predicted", "residual", "lower", "upper", "note"}

// newPredictions creates the file and writes its header.
func newPredictions(o *options, m *regression.Model, files *artifact.Set) (*predictions, error) {
	p := new(predictions)
	if m.Band.Sigma > 0 {
		p.quantile = metrics.Quantile((1+o.level)/2, m.Band.Dof)
	}
	var err error
	if p.File, err = files.Create(o.predictions); err != nil {
		return nil, err
	}
	_, err = p.Write(csv.AppendRecord(nil, slices.Insert(slices.Clone(fixed), 2, o.keep...)...))
	return p, err
}

// write appends the lines of a block, if there is a file.
func (p *predictions) write(block *result) error {
	if p == nil {
		return nil
	}
	p.rows += block.predicted
	p.ahead += block.ahead
	_, err := p.Write(block.lines)
	return err
}

// lines are those of -predictions for a block, of which some rows have lags that are predicted.
func (p *predictor) lines(r *design.Rows, t *scratch, forecasts map[int]regression.Forecast) []byte {
	field := csv.AppendField(nil, p.files[r.File].Name)
	var b []byte
	every := &r.Block
	i := 0 // the next usable row
	for row := range every.N {
		b = append(append(b, field...), ',')
		if len(every.Times) > 0 {
			b = every.Times[row].Append(b)
		}
		for _, texts := range every.Texts {
			b = csv.AppendField(append(b, ','), texts[row])
		}
		y := every.Y[row]
		b = csv.AppendFloat(append(b, ','), y)
		if f, ok := forecasts[row]; ok {
			b = p.predictions.line(b, y, f.Value, f.Spread, f.Note)
			continue
		}
		if i == r.N || r.Place(i) != row {
			b = append(b, ",,,,,"...)
			b = append(csv.AppendField(b, every.Why[row]), '\n')
			continue
		}
		spread := math.NaN()
		if len(t.spread) > 0 {
			spread = t.spread[i]
		}
		note := strings.Join(p.model.Doubt(r, i, t.leverage[i], p.low, p.high), "; ")
		b = p.predictions.line(b, y, t.predicted[i], spread, note)
		i++
	}
	return b
}

// line appends the end of a line, after what was measured: an interval only where there is a spread.
func (p *predictions) line(b []byte, y, predicted, spread float64, note string) []byte {
	b = csv.AppendFloat(append(b, ','), predicted)
	b = csv.AppendFloat(append(b, ','), y-predicted)
	if half := float64(p.quantile * spread); half > 0 && !math.IsInf(half, 0) {
		b = csv.AppendFloat(append(b, ','), predicted-half)
		b = csv.AppendFloat(append(b, ','), predicted+half)
	} else {
		b = append(b, ",,"...)
	}
	return append(csv.AppendField(append(b, ','), note), '\n')
}

// checkKept reports columns of -keep that the output has already.
func checkKept(keep []string) error {
	for i, name := range keep {
		if name == "" || slices.Contains(fixed, name) || slices.Contains(keep[:i], name) {
			return fmt.Errorf("-keep: the predictions have a column %q already", name)
		}
	}
	return nil
}
