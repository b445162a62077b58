// Package metrics measures the error of predictions, in sums that merge
// exactly. Names and conventions are scikit-learn's.
package metrics

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/moments"
)

// Kind is the format of metrics.json.
var Kind = artifact.Kind{Format: "metrics", Version: 3, Program: "model_testing"}

// Sample is a run of rows with what was measured and what was predicted, all
// of one length; Climatology, Prev and Spread may be empty.
type Sample struct {
	Actual, Predicted []float64
	Spread            []float64 // what t multiplies in the intervals: σ̂·√(1 + h)
	Scale             *Scale    // needed with Spread
	TrainMean         float64   // the baseline that knows the training mean alone
	Climatology       []float64 // the baseline that knows the season alone
	Prev              []float64 // the target one row earlier, NaN where unknown
}

// Append includes row i of another sample.
func (s *Sample) Append(o *Sample, i int) {
	s.Actual = append(s.Actual, o.Actual[i])
	s.Predicted = append(s.Predicted, o.Predicted[i])
	if len(o.Spread) > 0 {
		s.Spread = append(s.Spread, o.Spread[i])
	}
	if len(o.Climatology) > 0 {
		s.Climatology = append(s.Climatology, o.Climatology[i])
	}
	if len(o.Prev) > 0 {
		s.Prev = append(s.Prev, o.Prev[i])
	}
}

// Errors are sums over rows. The zero value has seen no row.
type Errors struct {
	Residual    moments.Moments `json:"residual"`   // actual − predicted
	Target      moments.Moments `json:"target"`     // actual
	Abs         moments.Sum     `json:"abs"`        // Σ|residual|
	Max         float64         `json:"max"`        // max |residual|
	TrainMean   moments.Sum     `json:"train_mean"` // Σ(actual − training mean)²
	Climatology *moments.Sum    `json:"climatology,omitempty"`
	Persistence *Persistence    `json:"persistence,omitempty"`
	Intervals   *Held           `json:"intervals,omitempty"`
}

// Persistence compares with the target one row earlier, over the rows that
// have one.
type Persistence struct {
	N     int64       `json:"n"`
	Self  moments.Sum `json:"self"`  // Σ(actual − previous)²
	Model moments.Sum `json:"model"` // Σ residual² of the same rows
}

// residuals are memory for Add.
var residuals = sync.Pool{New: func() any { return new([]float64) }}

// Add includes the rows of a sample.
func (e *Errors) Add(s *Sample) {
	buf := residuals.Get().(*[]float64)
	defer residuals.Put(buf)
	residual := slices.Grow((*buf)[:0], len(s.Actual))[:len(s.Actual)]
	*buf = residual
	var abs, mean, climatology, largest float64
	for i, y := range s.Actual {
		r := y - s.Predicted[i]
		residual[i] = r
		size := math.Abs(r)
		abs += size
		if size > largest {
			largest = size
		}
		mean += float64((y - s.TrainMean) * (y - s.TrainMean))
	}
	e.Max = max(e.Max, largest)
	e.Residual.Add(residual)
	e.Target.Add(s.Actual)
	e.Abs.Add(abs)
	e.TrainMean.Add(mean)
	if len(s.Spread) > 0 {
		e.hold(residual, s.Spread, s.Scale)
	}
	if len(s.Climatology) > 0 {
		for i, c := range s.Climatology {
			climatology += float64((s.Actual[i] - c) * (s.Actual[i] - c))
		}
		add(&e.Climatology, moments.Float(climatology))
	}
	if len(s.Prev) > 0 {
		var n int64
		var self, model float64
		for i, prev := range s.Prev {
			if prev != prev {
				continue
			}
			n++
			self += float64((s.Actual[i] - prev) * (s.Actual[i] - prev))
			model += float64(residual[i] * residual[i])
		}
		e.persist(&Persistence{n, moments.Float(self), moments.Float(model)})
	}
}

func add(to **moments.Sum, s moments.Sum) {
	if *to == nil {
		*to = new(moments.Sum)
	}
	(*to).Merge(s)
}

func (e *Errors) persist(p *Persistence) {
	if e.Persistence == nil {
		e.Persistence = new(Persistence)
	}
	e.Persistence.N += p.N
	e.Persistence.Self.Merge(p.Self)
	e.Persistence.Model.Merge(p.Model)
}

// Merge includes the rows of o.
func (e *Errors) Merge(o *Errors) {
	e.Residual.Merge(o.Residual)
	e.Target.Merge(o.Target)
	e.Abs.Merge(o.Abs)
	e.Max = max(e.Max, o.Max)
	e.TrainMean.Merge(o.TrainMean)
	if o.Climatology != nil {
		add(&e.Climatology, *o.Climatology)
	}
	if o.Persistence != nil {
		e.persist(o.Persistence)
	}
	if o.Intervals != nil {
		e.mergeHeld(o.Intervals)
	}
}

// Figures are what the sums say. What is not defined is null, and Reason says
// why.
type Figures struct {
	Rows              int64      `json:"rows"` // scored
	MSE               *float64   `json:"mse"`
	RMSE              *float64   `json:"rmse"`
	MAE               *float64   `json:"mae"`
	R2                *float64   `json:"r2"`
	MaxError          *float64   `json:"max_error"`
	Bias              *float64   `json:"bias"` // mean of predicted − actual
	ExplainedVariance *float64   `json:"explained_variance"`
	Skill             Skill      `json:"skill"`
	Intervals         []Interval `json:"intervals"` // none where the training leaves no error to make them of
	Reason            string     `json:"reason,omitempty"`
}

// Skill is 1 − MSE/MSE of a baseline, over the same rows: 1 is perfect, 0 no
// better, negative worse.
type Skill struct {
	Mean        *float64 `json:"mean"`
	Climatology *float64 `json:"climatology"`
	Persistence *float64 `json:"persistence"`
}

// Figures finishes the sums.
func (e *Errors) Figures() Figures {
	f := Figures{Rows: e.Residual.N, Intervals: e.intervals()}
	if f.Rows == 0 {
		f.Reason = "no row has both a target and a prediction"
		return f
	}
	n := float64(f.Rows)
	bias := e.Residual.Mean.Value()
	sse := e.squares()
	mse := sse.Value() / n
	f.MSE, f.RMSE = ptr(mse), ptr(math.Sqrt(mse))
	f.MAE, f.MaxError, f.Bias = ptr(e.Abs.Value()/n), ptr(e.Max), ptr(0-bias)
	var why []string
	if f.Rows < 2 {
		why = append(why, "r2 and explained_variance need two rows")
	} else {
		f.R2 = ptr(RSquared(sse.Value(), e.Target.Squares().Value()))
		f.ExplainedVariance = ptr(RSquared(e.Residual.Squares().Value(), e.Target.Squares().Value()))
		if f.R2 == nil {
			why = append(why, "r2 is beyond float64: the target hardly varies")
		}
	}
	if len(f.Intervals) == 0 {
		why = append(why, "intervals need an error of the training rows")
	}
	if f.Skill.Mean = skill(sse, e.TrainMean); f.Skill.Mean == nil {
		why = append(why, "the training mean is exact")
	}
	if e.Climatology != nil {
		f.Skill.Climatology = skill(sse, *e.Climatology)
	}
	if e.Persistence != nil {
		f.Skill.Persistence = skill(e.Persistence.Model, e.Persistence.Self)
	}
	f.Reason = strings.Join(why, "; ")
	return f
}

// squares returns Σ residual².
func (e *Errors) squares() moments.Sum {
	mean := e.Residual.Mean
	return mean.Times(mean).Times(moments.Float(float64(e.Residual.N))).Plus(e.Residual.Squares())
}

// RSquared is 1 − left/all, with scikit-learn's convention for a constant
// target: 1 if nothing is left, else 0.
func RSquared(left, all float64) float64 {
	switch {
	case all != 0:
		return 1 - left/all
	case left == 0:
		return 1
	}
	return 0
}

func skill(sse, baseline moments.Sum) *float64 {
	if baseline.Value() == 0 {
		return nil
	}
	return ptr(1 - sse.Value()/baseline.Value())
}

// ptr is nil for a figure that float64 cannot hold.
func ptr(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	return &v
}

// finite reports whether no sum has overflowed, nor squares vanished.
func (e *Errors) finite() bool {
	s := e.squares().Value() + e.TrainMean.Value()
	if e.Climatology != nil {
		s += e.Climatology.Value()
	}
	if e.Persistence != nil {
		s += e.Persistence.Self.Value()
	}
	const tiny = 1e-153 // its square loses digits
	if size := max(e.Max, e.Target.Max-e.Target.Min); size > 0 && size < tiny {
		return false
	}
	return e.Target.Finite() && !math.IsNaN(s) && !math.IsInf(s, 0)
}

// Report is metrics.json: the figures over all test files and of each.
type Report struct {
	artifact.Header
	Part   *dataset.Part `json:"part,omitempty"` // with it there are only the datasets
	Scaler string        `json:"scaler_fingerprint"`
	Model  string        `json:"model_fingerprint"`
	Figures
	Diagnostics Diagnostics  `json:"diagnostics"`
	Unscored    dataset.Left `json:"unscored"`
	Unseen      int64        `json:"unseen_levels"` // cells of a level that training has not: the average category
	Datasets    []Dataset    `json:"datasets"`      // in the order of dataset.Compare
}

// Dataset is one test file. Where the manifest knows the truth, the rows that
// it calls anomalous are also measured apart.
type Dataset struct {
	Name     string         `json:"name"`
	First    dataset.Time   `json:"first"`
	Last     dataset.Time   `json:"last"`
	XXH64    string         `json:"xxh64"`
	Sketch   dataset.Sketch `json:"sketch"`
	FileRows int64          `json:"file_rows"`
	Figures
	Unscored   dataset.Left `json:"unscored"`
	Unseen     int64        `json:"unseen_levels"`
	Outside    int64        `json:"extrapolated"`          // rows that are outside the training's range of a column
	Irregular  int64        `json:"irregular"`             // with lags: rows not one step behind the row before
	NoiseFloor *float64     `json:"noise_floor,omitempty"` // irreducible variance
	ExcessMSE  *float64     `json:"excess_mse,omitempty"`  // mse − noise_floor
	Normal     *Part        `json:"normal,omitempty"`
	Anomalous  *Part        `json:"anomalous,omitempty"`
	Sums       Errors       `json:"sums"`    // of all its rows
	Pattern    Pattern      `json:"pattern"` // of the same
	Series     *Series      `json:"series"`  // nil without time
}

// Part is a part of a dataset's rows.
type Part struct {
	Figures
	ExcessMSE *float64 `json:"excess_mse,omitempty"`
}

// NewDataset measures a test file, from the errors on its normal and on its
// anomalous rows, and the pattern of both. noiseFloor is its irreducible variance, nil where that, and
// which rows are anomalous, is not known.
func NewDataset(id dataset.ID, unscored dataset.Left, normal, anomalous Errors, pattern Pattern,
	noiseFloor *float64) Dataset {
	var all Errors
	all.Merge(&normal)
	all.Merge(&anomalous)
	pattern.round()
	d := Dataset{Name: id.Name, First: id.First, Last: id.Last, XXH64: id.XXH64, Sketch: id.Sketch, FileRows: id.Rows,
		Figures: all.Figures(), Unscored: unscored, NoiseFloor: noiseFloor, Sums: all, Pattern: pattern}
	if noiseFloor != nil {
		d.ExcessMSE = excess(d.MSE, noiseFloor)
		d.Normal = &Part{Figures: normal.Figures()}
		d.Normal.ExcessMSE = excess(d.Normal.MSE, noiseFloor)
		d.Anomalous = &Part{Figures: anomalous.Figures()}
		d.Anomalous.ExcessMSE = excess(d.Anomalous.MSE, noiseFloor)
	}
	return d
}

func excess(mse, floor *float64) *float64 {
	if mse == nil {
		return nil
	}
	return ptr(*mse - *floor)
}

func (d *Dataset) id() dataset.ID {
	return dataset.ID{Name: d.Name, Rows: d.FileRows, First: d.First, Last: d.Last, XXH64: d.XXH64, Sketch: d.Sketch}
}

// New pools datasets. The result depends on the datasets alone, not on how
// they were gathered.
func New(scaler, model string, datasets []Dataset, counts *Counts) (*Report, error) {
	datasets = slices.Clone(datasets)
	slices.SortStableFunc(datasets, func(a, b Dataset) int { return dataset.Compare(a.id(), b.id()) })
	ids := make([]dataset.ID, len(datasets))
	var total Errors
	var pattern Pattern
	var unscored dataset.Left
	var unseen int64
	for i := range datasets {
		d := &datasets[i]
		ids[i] = d.id()
		if !d.Sums.finite() || !d.Pattern.finite() {
			return nil, fmt.Errorf("the errors on dataset %q are too large or too small for their squares in "+
				"float64; change the unit of the target", d.Name)
		}
		total.Merge(&d.Sums)
		pattern.Merge(&d.Pattern)
		unscored.Merge(d.Unscored)
		unseen += d.Unseen
	}
	if err := dataset.Distinct(ids); err != nil {
		return nil, err
	}
	if !total.finite() || !pattern.finite() {
		return nil, errors.New("the errors on all datasets together are too large for their squares in float64; " +
			"change the unit of the target")
	}
	return &Report{Scaler: scaler, Model: model, Figures: total.Figures(), Diagnostics: pattern.Diagnostics(counts),
		Unscored: unscored, Unseen: unseen, Datasets: datasets}, nil
}

// NewPart makes a part of a report, for Merge.
func NewPart(scaler, model string, part *dataset.Part, datasets []Dataset,
	counts *Counts) *Report {
	return &Report{Scaler: scaler, Model: model, Part: part, Datasets: datasets, Diagnostics: Diagnostics{Counts: *counts}}
}

// Scored returns the share of the rows with a target that were scored, NaN where
// there are none.
func (r *Report) Scored() float64 {
	return float64(r.Rows) / float64(r.Rows+r.Unscored.MissingFeature+r.Unscored.MissingLag)
}

// Merge joins reports on different files, or all parts of one, exactly.
func Merge(parts []*Report) (*Report, error) {
	var datasets []Dataset
	var counts Counts
	var shards []*dataset.Part
	for _, r := range parts {
		shards = append(shards, r.Part)
	}
	if err := dataset.Complete(shards); err != nil {
		return nil, err
	}
	for i, r := range parts {
		if r.Scaler != parts[0].Scaler || r.Model != parts[0].Model {
			return nil, fmt.Errorf("report %d is of another model or scaler than the first", i+1)
		}
		if !r.Diagnostics.fits() {
			return nil, fmt.Errorf("report %d has counts that do not fit together", i+1)
		}
		datasets = append(datasets, r.Datasets...)
		counts.Merge(&r.Diagnostics.Counts)
	}
	return New(parts[0].Scaler, parts[0].Model, datasets, &counts)
}
