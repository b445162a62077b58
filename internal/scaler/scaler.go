// Package scaler is a StandardScaler: it learns the mean and the population
// standard deviation of every column of X, in one pass over parts that merge
// exactly, and standardises rows with them.
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
	design.Design
	FeatureNamesOut []string  `json:"feature_names_out"` // the p columns of X, in order
	Mean            []float64 `json:"mean"`
	Var             []float64 `json:"var"`   // population variance (ddof = 0)
	Scale           []float64 `json:"scale"` // √var, and 1 for a constant column
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
	Irregular int64        `json:"irregular"` // with lags: rows that are not one step behind the row before
	Moments   Columns      `json:"moments"`   // of the columns of X, then of the target
}

// Columns are the moments of the columns of X and of the target behind them.
type Columns []moments.Moments

// Reduce makes the moments of a block.
func Reduce(rows *design.Rows) (c Columns, err error) {
	c.Add(rows)
	return c, nil
}

// Add includes rows of X and y.
func (c *Columns) Add(rows *design.Rows) {
	if *c == nil {
		*c = make(Columns, len(rows.X)+1)
	}
	for j, x := range rows.X {
		(*c)[j].Add(x)
	}
	(*c)[len(rows.X)].Add(rows.Y)
}

// Merge includes what o has seen.
func (c *Columns) Merge(o Columns) {
	if *c == nil {
		*c = make(Columns, len(o))
	}
	for j := range o {
		(*c)[j].Merge(o[j])
	}
}

// New makes a scaler of what the datasets contributed. The result depends on
// the datasets alone, not on how they were gathered.
func New(d design.Design, datasets []Dataset) (*Scaler, error) {
	datasets = slices.Clone(datasets)
	slices.SortStableFunc(datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) })
	s := &Scaler{Design: d, FeatureNamesOut: d.Names(), Datasets: datasets}
	if err := dataset.Distinct(s.IDs()); err != nil {
		return nil, err
	}
	var total Columns
	s.byHash = make(map[string]bool, len(datasets))
	for _, ds := range datasets {
		total.Merge(ds.Moments)
		s.byHash[ds.XXH64] = true
	}
	p := len(s.FeatureNamesOut)
	from, to := d.Harmonics()
	for j, m := range total {
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
		s.NSamplesSeen = append(s.NSamplesSeen, m.N)
	}
	if len(s.Mean) != p {
		return nil, errors.New("no row can be used: each lacks the target, a feature or a lag")
	}
	return s, nil
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

// Ranges returns the least and the largest number of every column of X.
func (s *Scaler) Ranges() (low, high []float64) {
	var total Columns
	for _, d := range s.Datasets {
		total.Merge(d.Moments)
	}
	for _, m := range total[:len(s.FeatureNamesOut)] {
		low, high = append(low, m.Min), append(high, m.Max)
	}
	return low, high
}

// Merge joins scalers over different files, exactly: it is the scaler that one
// run over all their files would have fitted.
func Merge(parts []*Scaler) (*Scaler, error) {
	var datasets []Dataset
	want, _ := json.Marshal(parts[0].Design)
	for i, s := range parts {
		if got, _ := json.Marshal(s.Design); !bytes.Equal(got, want) {
			return nil, fmt.Errorf("scaler %d has other settings than the first: %s where the first has %s", i+1, got,
				want)
		}
		datasets = append(datasets, s.Datasets...)
	}
	return New(parts[0].Design, datasets)
}

// Standardize writes rows a to b of X, standardised, into dst, row major with
// the given stride: z = (x − mean)/scale. A missing x becomes 0, the mean, and
// so does every x of a constant column.
func (s *Scaler) Standardize(dst []float64, stride int, rows *design.Rows, a, b int) {
	for j, x := range rows.X {
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

// StandardizePrecise is Standardize in double-double arithmetic.
func (s *Scaler) StandardizePrecise(dst []moments.Sum, stride int, rows *design.Rows, a, b int) {
	for j, x := range rows.X {
		for i, v := range x[a:b] {
			var z moments.Sum
			if v == v && !s.Constant(j) {
				z = moments.Float(v).Minus(moments.Float(s.Mean[j])).Over(moments.Float(s.Scale[j]))
			}
			dst[i*stride+j] = z
		}
	}
}

// Read reads scaler.json. That its figures follow from its datasets is vouched for
// by its checksum; computed again on another machine they might differ in the
// last digit.
func Read(path string) (*Scaler, error) {
	s := new(Scaler)
	if err := Kind.ReadJSON(path, s); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%s: is not a scaler: %w; run %s again", path, err, Kind.Program)
	}
	s.byHash = make(map[string]bool, len(s.Datasets))
	for _, d := range s.Datasets {
		s.byHash[d.XXH64] = true
	}
	return s, nil
}

// check reports parts that do not fit together.
func (s *Scaler) check() error {
	if err := s.Design.Check(); err != nil {
		return err
	}
	p := len(s.Names())
	if len(s.NSamplesSeen) == 1 { // one number for all
		s.NSamplesSeen = slices.Repeat(s.NSamplesSeen, p)
	}
	if !slices.Equal(s.FeatureNamesOut, s.Names()) || len(s.Mean) != p || len(s.Var) != p || len(s.Scale) != p ||
		len(s.NSamplesSeen) != p {
		return fmt.Errorf("%d names, %d means, %d variances, %d scales, %d counts where %d are needed",
			len(s.FeatureNamesOut), len(s.Mean), len(s.Var), len(s.Scale), len(s.NSamplesSeen), p)
	}
	for j := range p {
		if !(s.Scale[j] > 0) || !(s.Var[j] >= 0) {
			return fmt.Errorf("column %q has scale %v and variance %v", s.FeatureNamesOut[j], s.Scale[j], s.Var[j])
		}
	}
	if len(s.Datasets) == 0 ||
		!slices.IsSortedFunc(s.Datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) }) {
		return errors.New("its datasets are none, or out of order")
	}
	for _, d := range s.Datasets {
		if len(d.Moments) != p+1 {
			return fmt.Errorf("dataset %q has moments of %d columns where %d are needed", d.Name, len(d.Moments), p+1)
		}
	}
	return nil
}

// Counts are the numbers seen of each column, written as scikit-learn's
// n_samples_seen_: one number where all are equal, else a list.
type Counts []int64

// MarshalJSON writes one number where all are equal.
func (c Counts) MarshalJSON() ([]byte, error) {
	if len(c) > 0 && slices.Min(c) == slices.Max(c) {
		return json.Marshal(c[0])
	}
	return json.Marshal([]int64(c))
}

// UnmarshalJSON reads what MarshalJSON writes; one number comes as a list of
// one, since the number of columns is not known here.
func (c *Counts) UnmarshalJSON(b []byte) error {
	var n int64
	if err := json.Unmarshal(b, &n); err == nil {
		*c = Counts{n}
		return nil
	}
	return json.Unmarshal(b, (*[]int64)(c))
}
