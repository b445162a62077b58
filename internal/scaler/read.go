package scaler

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
)

// Read reads scaler.json, without the sums of its datasets. That its figures follow
// from its datasets is vouched for by its checksum; computed again on another machine
// they might differ in the last digit.
func Read(path string) (*Scaler, error) {
	s := new(Scaler)
	without := struct {
		*Scaler
		Datasets []artifact.Only[struct {
			dataset.ID
			Used int64 `json:"used"`
		}] `json:"datasets"`
	}{Scaler: s}
	if err := Kind.ReadJSON(path, &without); err != nil {
		return nil, err
	}
	for _, d := range without.Datasets {
		s.Datasets = append(s.Datasets, Dataset{ID: d.Value.ID, Used: d.Value.Used})
	}
	if err := s.finish(path, (*Dataset).checkRows); err != nil {
		return nil, err
	}
	return s, s.Part.Unmerged(path, Kind.Program)
}

// ReadPart reads a scaler, or a part of one, with all that Merge needs.
func ReadPart(path string) (*Scaler, error) {
	s := new(Scaler)
	if err := Kind.ReadJSON(path, s); err != nil {
		return nil, err
	}
	return s, s.finish(path, (*Dataset).checkSums)
}

// finish checks what was read.
func (s *Scaler) finish(path string, checkDataset func(*Dataset, *design.Design) error) error {
	if err := s.check(checkDataset); err != nil {
		return fmt.Errorf("%s: is not a scaler: %w; run %s again", path, err, Kind.Program)
	}
	s.index()
	s.SetMeans(s.Mean)
	return nil
}

// check reports what no run can have written, whatever the checksum says.
func (s *Scaler) check(checkDataset func(*Dataset, *design.Design) error) error {
	if err := s.Design.Check(); err != nil {
		return err
	}
	if err := s.Part.Check(len(s.Datasets)); err != nil {
		return err
	}
	if len(s.Datasets) == 0 && s.Part == nil ||
		!slices.IsSortedFunc(s.Datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) }) {
		return errors.New("its datasets are none, or out of order")
	}
	unfinished := s.Unfinished()
	for i := range s.Datasets {
		if err := checkDataset(&s.Datasets[i], &unfinished); err != nil {
			return fmt.Errorf("dataset %q has %w", s.Datasets[i].Name, err)
		}
	}
	if err := s.checkSketches(); err != nil {
		return err
	}
	if s.Part != nil {
		return nil
	}
	return s.checkColumns()
}

const mostRows = 1 << 48 // that a file can have: the sum over all files must be a number yet

// checkRows reports numbers of rows and times that cannot be.
func (d *Dataset) checkRows(of *design.Design) error {
	timed := d.First != dataset.NoTime
	switch {
	case d.Used < 0 || d.Used > d.Rows || d.Rows < 1 || d.Rows > mostRows:
		return fmt.Errorf("%d rows used of %d", d.Used, d.Rows)
	case timed != (of.Time != "") || timed != (d.Last != dataset.NoTime) || d.First > d.Last:
		return fmt.Errorf("times from %v to %v", d.First, d.Last)
	}
	return nil
}

// checkSums reports sums that cannot be, or not of the design, which is unfinished: its
// columns of X are those that hold no level.
func (d *Dataset) checkSums(of *design.Design) error {
	if err := d.checkRows(of); err != nil {
		return err
	}
	left := d.Dropped
	if min(left.NoTarget, left.MissingFeature, left.MissingLag) < 0 || max(left.NoTarget, left.MissingFeature,
		left.MissingLag) > d.Rows || d.Used+left.Total() != d.Rows || d.Irregular < 0 || d.Irregular > d.Rows {
		return fmt.Errorf("%d rows used, %d left out and %d irregular of %d", d.Used, left.Total(), d.Irregular, d.Rows)
	}
	if len(d.Gaps) != 0 && len(d.Gaps) != len(of.Features) {
		return fmt.Errorf("gaps of %d features where %d are needed", len(d.Gaps), len(of.Features))
	}
	for _, gap := range d.Gaps {
		if gap.Alone < 0 || gap.Alone > gap.Rows || gap.Rows > d.Rows {
			return fmt.Errorf("gaps in %d rows, %d of them alone", gap.Rows, gap.Alone)
		}
	}
	if want := len(of.Names()) + 1; len(d.Moments) != want {
		return fmt.Errorf("moments of %d columns where %d are needed", len(d.Moments), want)
	}
	for j := range d.Moments {
		// Numbers that are too large are of no use, but New has the better word for it.
		if m := &d.Moments[j]; m.N < 0 || m.N > d.Used || !m.Possible() && !(max(m.Max, -m.Min) > largest) {
			return fmt.Errorf("impossible moments of column %d", j)
		}
	}
	if target := d.Moments[len(d.Moments)-1].N; target != d.Used {
		return fmt.Errorf("%d rows used with %d targets", d.Used, target)
	}
	categories := of.CategoryTerms()
	if len(d.Levels) != len(categories) {
		return fmt.Errorf("levels of %d categories where %d are needed", len(d.Levels), len(categories))
	}
	for k := range d.Levels {
		if !d.Levels[k].possible(d.Used) {
			return fmt.Errorf("impossible levels of %q", categories[k].Name)
		}
	}
	return nil
}

// checkColumns reports figures that cannot be, or not of the design.
func (s *Scaler) checkColumns() error {
	names := s.Names()
	p := len(names)
	if len(s.NSamplesSeen) == 1 { // one number for all
		s.NSamplesSeen = slices.Repeat(s.NSamplesSeen, p)
	}
	if !slices.Equal(s.FeatureNamesOut, names) || len(s.Mean) != p || len(s.Var) != p || len(s.Scale) != p ||
		len(s.DataMin) != p || len(s.DataMax) != p || len(s.NSamplesSeen) != p {
		return fmt.Errorf("%d names, %d means, %d variances, %d scales, %d counts where %d are needed",
			len(s.FeatureNamesOut), len(s.Mean), len(s.Var), len(s.Scale), len(s.NSamplesSeen), p)
	}
	used, derived := s.Used(), s.Derived()
	for j, name := range names {
		if n := s.NSamplesSeen[j]; n < 1 || n > used {
			return fmt.Errorf("column %q has %d numbers in %d rows", name, n, used)
		}
		if derived[j] {
			if s.Mean[j] == s.Mean[j] || s.Scale[j] == s.Scale[j] || s.Var[j] == s.Var[j] {
				return fmt.Errorf("column %q has a mean or a scale, which its model is to find", name)
			}
			continue
		}
		if !s.possible(j) {
			return fmt.Errorf("column %q has scale %v, variance %v and mean %v between %v and %v", name, s.Scale[j], s.Var[j],
				s.Mean[j], s.DataMin[j], s.DataMax[j])
		}
	}
	if !(s.TargetVar >= 0) || math.Sqrt(s.TargetVar) > 2*largest || math.Abs(s.TargetMean) > largest {
		return fmt.Errorf("the target has mean %v and variance %v", s.TargetMean, s.TargetVar)
	}
	return nil
}

// possible reports whether the figures of column j fit together, but for rounding.
func (s *Scaler) possible(j int) bool {
	low, high, deviation := s.DataMin[j], s.DataMax[j], math.Sqrt(s.Var[j])
	size := max(high, -low)
	rounding := 1e-9*(high-low) + 0x1p-50*size + design.HarmonicError
	if !(low <= high && size <= largest && s.Mean[j] >= low-rounding && s.Mean[j] <= high+rounding &&
		deviation <= high-low+rounding) {
		return false
	}
	if s.Constant(j) {
		return deviation <= rounding
	}
	return math.Abs(s.Scale[j]-deviation) <= 1e-9*s.Scale[j]
}

// Figures are numbers, of which NaN is written as null.
type Figures []float64

// MarshalJSON writes null for NaN.
func (f Figures) MarshalJSON() ([]byte, error) {
	list := make([]*float64, len(f))
	for i := range f {
		if f[i] == f[i] {
			list[i] = &f[i]
		}
	}
	return json.Marshal(list)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (f *Figures) UnmarshalJSON(b []byte) error {
	var list []*float64
	err := json.Unmarshal(b, &list)
	*f = make(Figures, len(list))
	for i, v := range list {
		if (*f)[i] = math.NaN(); v != nil {
			(*f)[i] = *v
		}
	}
	return err
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
