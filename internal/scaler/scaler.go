// Package scaler is a StandardScaler: it learns the levels of every category, and
// the mean and the population standard deviation of every column of X, in one pass
// over parts that merge exactly, and standardises rows with them.
package scaler

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
)

// Kind is the format of scaler.json.
var Kind = artifact.Kind{Format: "scaler", Version: 5, Program: "model_preprocessing"}

// Scaler is a fitted scaler. The names of its figures are scikit-learn's.
type Scaler struct {
	artifact.Header
	Part *dataset.Shard `json:"part,omitempty"` // of a shard, which has only the design and the datasets
	design.Design
	FeatureNamesOut []string `json:"feature_names_out"` // the p columns of X, in order
	// The figures of hinges and crosses are null, NaN here: a model finds them.
	Mean         Figures `json:"mean"`
	Var          Figures `json:"var"`      // population variance (ddof = 0)
	Scale        Figures `json:"scale"`    // √var, and 1 for a constant column
	DataMin      Figures `json:"data_min"` // the least number of each, named as by MinMaxScaler
	DataMax      Figures `json:"data_max"` // and the largest
	NSamplesSeen Counts  `json:"n_samples_seen"`
	TargetMean   float64 `json:"target_mean"`
	TargetVar    float64 `json:"target_var"`
	Proposed     bool    `json:"proposed,omitempty"` // terms are proposed, for a model to choose from
	// Quantiles are those of the features that are numbers: the least, 10, 25, 50, 75 and
	// 90 %, the greatest.
	Quantiles map[string][]float64 `json:"quantiles"`
	Sketches  []*moments.Sketch    `json:"sketches"` // of the same, and of the target after them
	Datasets  []Dataset            `json:"datasets"` // in the order of dataset.Compare

	TooMany []string `json:"not_proposed,omitempty"` // terms: the columns would be too many
	Coarse  []string `json:"rough_knots,omitempty"`  // columns of which a quantile is not known well
}

// Dataset is what one file contributed.
type Dataset struct {
	dataset.ID
	Used      int64        `json:"used" range:"0,"` // rows that were counted
	Dropped   dataset.Left `json:"dropped"`
	Times     int64        `json:"times,omitempty"`      // different ones; 0 without a time column
	Irregular int64        `json:"irregular" range:"0,"` // with lags: rows that are not one step after the row before
	Gaps      []design.Gap `json:"gaps,omitempty"`       // of the features in the order of design.Lacking; none without gaps
	Sums
}

// Sums are what is kept of rows: the moments of the columns of X that hold numbers,
// with the target after them, and the levels of the categories. The moments of a
// level's column follow from its count.
type Sums struct {
	Moments []moments.Moments `json:"moments"`
	Levels  []Levels          `json:"levels"`
}

// Of makes the sums of a block, by a design that is not finished.
func Of(rows *design.Rows) (s Sums, err error) {
	s.Add(rows)
	return s, nil
}

// Add includes rows of X and y.
func (s *Sums) Add(rows *design.Rows) {
	s.begin(len(rows.X)+1, len(rows.Codes))
	for j, x := range rows.X {
		s.Moments[j].Add(x)
	}
	s.Moments[len(rows.X)].Add(rows.Y)
	for k := range rows.Codes {
		s.Levels[k].Add(&rows.Codes[k])
	}
}

// Merge includes what o has seen.
func (s *Sums) Merge(o Sums) {
	s.begin(len(o.Moments), len(o.Levels))
	for j, m := range o.Moments {
		s.Moments[j].Merge(m)
	}
	for k, l := range o.Levels {
		s.Levels[k].Merge(l)
	}
}

func (s *Sums) begin(columns, categories int) {
	if s.Moments == nil {
		s.Moments, s.Levels = make([]moments.Moments, columns), make([]Levels, categories)
	}
}

// New makes a scaler of what the datasets contributed, and of the sketches of all their
// rows. The result depends on these alone, not on how they were gathered.
func New(d design.Design, datasets []Dataset, sketches []*moments.Sketch) (*Scaler, error) {
	if len(datasets) == 0 {
		return nil, errors.New("there is no dataset")
	}
	datasets = slices.Clone(datasets)
	slices.SortStableFunc(datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) })
	s := &Scaler{Design: d.Unfinished(), Datasets: datasets, Sketches: sketches, Proposed: d.Asked.Auto}
	if err := dataset.Distinct(s.IDs()); err != nil {
		return nil, err
	}
	var total Sums
	for _, ds := range datasets {
		total.Merge(ds.Sums)
	}
	if s.AnnualAuto && !s.showsSeasons() {
		from, _ := s.Harmonics()
		total.Moments = slices.Delete(total.Moments, from, from+2*s.Annual)
		s.Annual = 0
	}
	if err := s.finishLevels(total.Levels); err != nil {
		return nil, err
	}
	if len(s.Sketches) == 0 {
		s.Sketches = newSketches(len(s.numericFeatures()) + 1)
	}
	if err := s.finishTerms(&total); err != nil {
		return nil, err
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	s.setQuantiles()
	s.FeatureNamesOut = s.Names()
	columns := s.momentsOfX(total)
	derived := append(s.Derived(), false)
	for j, name := range append(slices.Clip(s.FeatureNamesOut), d.Target) {
		if err := checkMoments(name, &columns[j]); err != nil && !derived[j] {
			return nil, err
		}
	}
	s.finishColumns(columns, derived)
	s.SetMeans(s.Mean)
	return s, nil
}

// A dataset shows seasons if it spans a year, but for a day or two, and the phases of its
// rows vary: sine and cosine of the year together by 1 where all seasons are there, by
// 0.2 where a quarter of the year is, by 0 where there is one row a year.
const (
	seasonSpan     = dataset.Time(363 * 24 * time.Hour / time.Microsecond)
	seasonVariance = 0.1
)

// showsSeasons reports whether any dataset shows seasons. Files of one name, which go on
// where the one before ends, are one dataset here.
func (s *Scaler) showsSeasons() bool {
	sine, _ := s.Harmonics()
	for i := 0; i < len(s.Datasets); {
		first := s.Datasets[i]
		var year [2]moments.Moments
		var rows int64
		last := first.Last
		for ; i < len(s.Datasets) && s.Datasets[i].Name == first.Name; i++ {
			d := &s.Datasets[i]
			rows, last = rows+d.Rows, d.Last
			year[0].Merge(d.Moments[sine])
			year[1].Merge(d.Moments[sine+1])
		}
		span := float64(last-first.First) * float64(rows) / float64(max(rows-1, 1)) // with a step after the last row
		if span >= float64(seasonSpan) && year[0].Var()+year[1].Var() >= seasonVariance {
			return true
		}
	}
	return false
}

// Squares of numbers beyond these bounds, and their sums, leave the range of float64.
const (
	largest     = 1e100
	leastSpread = 1e-100
)

// checkMoments refuses a column that cannot be standardised.
func checkMoments(name string, m *moments.Moments) error {
	switch spread := m.Max - m.Min; {
	case m.N == 0:
		return fmt.Errorf("column %q has no number in any row that can be used; leave it out with -features", name)
	case max(m.Max, -m.Min) > largest, spread > 0 && spread < leastSpread:
		return fmt.Errorf("column %q goes from %v to %v: beyond 1e±100 squares leave the range of float64; change its unit",
			name, m.Min, m.Max)
	}
	return nil
}

// finishColumns sets the figures by the moments of the columns of X and, the last, the
// target.
func (s *Scaler) finishColumns(columns []moments.Moments, derived []bool) {
	from, to := s.Harmonics()
	for j, m := range columns[:len(columns)-1] {
		scale := m.Std()
		if m.Constant() || j >= from && j < to && scale <= design.HarmonicError {
			scale = 1
		}
		mean, variance, low, high := m.Mean.Value(), m.Var(), m.Min, m.Max
		if none := math.NaN(); derived[j] {
			mean, variance, scale, low, high = none, none, none, none, none
			m.N = s.Used()
		}
		s.Mean, s.Var, s.Scale = append(s.Mean, mean), append(s.Var, variance), append(s.Scale, scale)
		s.DataMin, s.DataMax = append(s.DataMin, low), append(s.DataMax, high)
		s.NSamplesSeen = append(s.NSamplesSeen, m.N)
	}
	target := &columns[len(columns)-1]
	s.TargetMean, s.TargetVar = target.Mean.Value(), target.Var()
}

// NewShard makes a part of a scaler, for Merge: no level, no mean.
func NewShard(d design.Design, part *dataset.Shard, datasets []Dataset, sketches []*moments.Sketch) *Scaler {
	return &Scaler{Design: d.Unfinished(), Part: part, Datasets: datasets, Sketches: sketches}
}

// Constant reports whether column j did not vary (see moments.Moments.Constant
// and design.HarmonicError): its scale is 1, and its deviation is not.
// scikit-learn's rule also calls columns constant that vary little beside their
// size and the number of rows; their mean and deviation are exact enough here.
func (s *Scaler) Constant(j int) bool { return s.Scale[j] == 1 && math.Abs(s.Var[j]-1) > 1e-9 }

// IDs returns the datasets' identities.
func (s *Scaler) IDs() []dataset.ID {
	ids := make([]dataset.ID, len(s.Datasets))
	for i, d := range s.Datasets {
		ids[i] = d.ID
	}
	return ids
}

// Used returns the number of rows that the scaler was fitted on.
func (s *Scaler) Used() int64 {
	var n int64
	for _, d := range s.Datasets {
		n += d.Used
	}
	return n
}

// Join returns the design, the datasets and the sketches of scalers over different files, or of all
// shards of one: New makes of them the scaler that one run over all their files would
// have fitted, exactly.
func Join(scalers []*Scaler) (d design.Design, datasets []Dataset, sketches []*moments.Sketch, err error) {
	var shards []*dataset.Shard
	for _, s := range scalers {
		shards = append(shards, s.Part)
	}
	if err := dataset.Complete(shards); err != nil {
		return d, nil, nil, err
	}
	d = scalers[0].Unfinished()
	want, _ := json.Marshal(d)
	sketches = newSketches(len(scalers[0].Sketches))
	for i, s := range scalers {
		if got, _ := json.Marshal(s.Unfinished()); !bytes.Equal(got, want) {
			return d, nil, nil, fmt.Errorf("scaler %d has other settings than the first: %s where the first has %s", i+1, got,
				want)
		}
		datasets = append(datasets, s.Datasets...)
		mergeSketches(sketches, s.Sketches)
	}
	return d, datasets, sketches, nil
}
