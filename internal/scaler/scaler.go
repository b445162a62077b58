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

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
)

// Kind is the format of scaler.json.
var Kind = artifact.Kind{Format: "scaler", Version: 3, Program: "model_preprocessing"}

// Scaler is a fitted scaler. The names of its figures are scikit-learn's.
type Scaler struct {
	artifact.Header
	Part *dataset.Part `json:"part,omitempty"` // with it there are only the design and the datasets
	design.Design
	FeatureNamesOut []string  `json:"feature_names_out"` // the p columns of X, in order
	Mean            []float64 `json:"mean"`
	Var             []float64 `json:"var"`      // population variance (ddof = 0)
	Scale           []float64 `json:"scale"`    // √var, and 1 for a constant column
	DataMin         []float64 `json:"data_min"` // the least number of each, named as by MinMaxScaler
	DataMax         []float64 `json:"data_max"` // and the largest
	NSamplesSeen    Counts    `json:"n_samples_seen"`
	TargetMean      float64   `json:"target_mean"`
	TargetVar       float64   `json:"target_var"`
	Datasets        []Dataset `json:"datasets"` // in the order of dataset.Compare

	byHash map[string]bool
}

// Dataset is what one file contributed.
type Dataset struct {
	dataset.ID
	Used      int64        `json:"used"` // rows that were counted
	Dropped   dataset.Left `json:"dropped"`
	Irregular int64        `json:"irregular"`      // with lags: rows that are not one step behind the row before
	Gaps      []design.Gap `json:"gaps,omitempty"` // of the features in the order of design.Lacking; none without gaps
	Sums
}

// Sums are what is kept of rows: the moments of the columns of X that hold numbers,
// with the target behind them, and the levels of the categories. The moments of a
// level's column follow from its count.
type Sums struct {
	Moments []moments.Moments `json:"moments"`
	Levels  []Levels          `json:"levels"`
}

// Reduce makes the sums of a block, by a design whose levels are not known yet.
func Reduce(rows *design.Rows) (s Sums, err error) {
	s.Add(rows)
	return s, nil
}

// Add includes rows of X and y.
func (s *Sums) Add(rows *design.Rows) {
	s.grow(len(rows.X)+1, len(rows.Codes))
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
	s.grow(len(o.Moments), len(o.Levels))
	for j, m := range o.Moments {
		s.Moments[j].Merge(m)
	}
	for k, l := range o.Levels {
		s.Levels[k].Merge(l)
	}
}

func (s *Sums) grow(columns, categories int) {
	if s.Moments == nil {
		s.Moments, s.Levels = make([]moments.Moments, columns), make([]Levels, categories)
	}
}

// New makes a scaler of what the datasets contributed. The result depends on
// the datasets alone, not on how they were gathered.
func New(d design.Design, datasets []Dataset) (*Scaler, error) {
	datasets = slices.Clone(datasets)
	slices.SortStableFunc(datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) })
	s := &Scaler{Design: d.Unfinished(), Datasets: datasets}
	if err := dataset.Distinct(s.IDs()); err != nil {
		return nil, err
	}
	var total Sums
	for _, ds := range datasets {
		total.Merge(ds.Sums)
	}
	if err := s.finishLevels(total.Levels); err != nil {
		return nil, err
	}
	s.index()
	s.FeatureNamesOut = s.Names()
	p := len(s.FeatureNamesOut)
	from, to := s.Harmonics()
	for j, m := range s.columns(total) {
		name := d.Target
		if j < p {
			name = s.FeatureNamesOut[j]
		}
		if m.N == 0 {
			return nil, fmt.Errorf("column %q has no number in any row that can be used; leave it out with -features",
				name)
		}
		if !m.Finite() {
			return nil, fmt.Errorf("column %q overflows: its numbers are too large to take their variance in "+
				"float64; change its unit", name)
		}
		mean, v := m.Mean.Value(), m.Var()
		if j == p {
			s.TargetMean, s.TargetVar = mean, v
			break
		}
		scale := m.Std()
		constant := m.Constant() || j >= from && j < to && scale <= design.HarmonicError
		if constant {
			scale = 1
		}
		s.Mean = append(s.Mean, mean)
		s.Var = append(s.Var, v)
		s.Scale = append(s.Scale, scale)
		s.DataMin, s.DataMax = append(s.DataMin, m.Min), append(s.DataMax, m.Max)
		s.NSamplesSeen = append(s.NSamplesSeen, m.N)
	}
	if len(s.Mean) != p {
		return nil, errors.New("no row can be used: each lacks the target, a feature or a lag")
	}
	return s, nil
}

// NewPart makes a part of a scaler, for Merge: no level, no mean.
func NewPart(d design.Design, part *dataset.Part, datasets []Dataset) *Scaler {
	return &Scaler{Design: d.Unfinished(), Part: part, Datasets: datasets}
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

// Has reports whether the scaler was fitted on a file with these bytes.
func (s *Scaler) Has(xxh64 string) bool { return s.byHash[xxh64] }

// Merge joins scalers over different files, or all parts of one, exactly: it is
// the scaler that one run over all their files would have fitted.
func Merge(parts []*Scaler) (*Scaler, error) {
	var datasets []Dataset
	var shards []*dataset.Part
	for _, s := range parts {
		shards = append(shards, s.Part)
	}
	if err := dataset.Complete(shards); err != nil {
		return nil, err
	}
	want, _ := json.Marshal(parts[0].Unfinished())
	for i, s := range parts {
		if got, _ := json.Marshal(s.Unfinished()); !bytes.Equal(got, want) {
			return nil, fmt.Errorf("scaler %d has other settings than the first: %s where the first has %s", i+1, got,
				want)
		}
		datasets = append(datasets, s.Datasets...)
	}
	return New(parts[0].Design, datasets)
}

// Standardize writes rows a to b of X, standardised, into dst, row major with
// the given stride: z = (x − mean)/scale. A missing x becomes 0, the mean, and
// so does every x of a constant column. A level that is not known is missing.
func (s *Scaler) Standardize(dst []float64, stride int, rows *design.Rows, a, b int) {
	for k := range rows.Codes {
		expand(dst, stride, &rows.Codes[k], a, b, s.z)
	}
	for j, x := range rows.X {
		if x == nil {
			continue
		}
		mean, scale := s.Mean[j], s.Scale[j]
		if s.Constant(j) {
			for i := range b - a {
				dst[i*stride+j] = 0
			}
			continue
		}
		k := j
		for _, v := range x[a:b] {
			z := (v - mean) / scale
			if z != z {
				z = 0
			}
			dst[k] = z
			k += stride
		}
	}
}

// z standardises a number of column j.
func (s *Scaler) z(j int, x float64) float64 {
	if s.Constant(j) {
		return 0
	}
	return (x - s.Mean[j]) / s.Scale[j]
}

// StandardizePrecise is Standardize in double-double arithmetic.
func (s *Scaler) StandardizePrecise(dst []moments.Sum, stride int, rows *design.Rows, a, b int) {
	for k := range rows.Codes {
		expand(dst, stride, &rows.Codes[k], a, b, s.precise)
	}
	for j, x := range rows.X {
		if x == nil {
			continue
		}
		for i, v := range x[a:b] {
			var z moments.Sum
			if v == v {
				z = s.precise(j, v)
			}
			dst[i*stride+j] = z
		}
	}
}

// precise is z in double-double arithmetic.
func (s *Scaler) precise(j int, x float64) (z moments.Sum) {
	if s.Constant(j) {
		return z
	}
	return moments.Float(x).Minus(moments.Float(s.Mean[j])).Over(moments.Float(s.Scale[j]))
}
