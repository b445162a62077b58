package scaler

import (
	"cmp"
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
			Used    int64        `json:"used"`
			Dropped dataset.Left `json:"dropped"`
		}] `json:"datasets"`
	}{Scaler: s}
	if err := Kind.ReadJSON(path, &without); err != nil {
		return nil, err
	}
	for _, d := range without.Datasets {
		s.Datasets = append(s.Datasets, Dataset{ID: d.Value.ID, Used: d.Value.Used, Dropped: d.Value.Dropped})
	}
	if err := s.finish(path, false); err != nil {
		return nil, err
	}
	return s, s.Part.Unmerged(path, Kind.Program)
}

// ReadShard reads a scaler, or a part of one, with all that Merge needs.
func ReadShard(path string) (*Scaler, error) {
	s := new(Scaler)
	if err := Kind.ReadJSON(path, s); err != nil {
		return nil, err
	}
	return s, s.finish(path, true)
}

// finish checks what was read, with the sums of the datasets or without.
func (s *Scaler) finish(path string, sums bool) error {
	if err := s.check(sums); err != nil {
		return fmt.Errorf("%s: is not a scaler: %w; run %s again", path, err, Kind.Program)
	}
	s.SetMeans(s.Mean)
	return nil
}

// check reports what no run can have written, whatever the checksum says.
func (s *Scaler) check(sums bool) error {
	if err := cmp.Or(s.Design.Check(), s.Part.Check(len(s.Datasets))); err != nil {
		return err
	}
	if len(s.Datasets) == 0 && s.Part == nil ||
		!slices.IsSortedFunc(s.Datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) }) {
		return errors.New("its datasets are none, or out of order")
	}
	unfinished := s.Unfinished()
	for i := range s.Datasets {
		d := &s.Datasets[i]
		err := d.checkRows(unfinished.Time != "")
		if err == nil && sums {
			err = d.checkSums(&unfinished)
		}
		if err != nil {
			return fmt.Errorf("dataset %q has %w", d.Name, err)
		}
	}
	if err := s.checkSketches(); err != nil || s.Part != nil {
		return err
	}
	return s.checkColumns()
}

const mostRows = 1 << 48 // that a file can have: the sum over all files must be a number yet

// checkRows reports numbers of rows and times that cannot be.
func (d *Dataset) checkRows(hasTime bool) error {
	counts, timed, left := *d, d.First != dataset.NoTime, d.Dropped
	counts.Sums = Sums{}
	switch most := max(d.Used, d.Irregular, left.NoTarget, left.MissingFeature, left.MissingLag); {
	case artifact.Impossible(counts, 0) != "" || most > d.Rows || d.Rows < 1 || d.Rows > mostRows:
		return fmt.Errorf("%d rows used, %d left out and %d irregular of %d", d.Used, left.Total(), d.Irregular, d.Rows)
	case timed != hasTime || timed != (d.Last != dataset.NoTime) || d.First > d.Last:
		return fmt.Errorf("times from %v to %v", d.First, d.Last)
	}
	return nil
}

// checkSums reports sums that cannot be, or not of the design, which is unfinished: its
// columns of X are those that hold no level.
func (d *Dataset) checkSums(of *design.Design) error {
	columns, categories := len(of.Names()), of.CategoryTerms()
	if len(d.Gaps) != 0 && len(d.Gaps) != len(of.Features) || len(d.Moments) != columns+1 ||
		len(d.Levels) != len(categories) || d.Used+d.Dropped.Total() != d.Rows || d.Moments[columns].N != d.Used {
		return errors.New("sums of other rows or columns")
	}
	for j, gap := range d.Gaps {
		if gap.Alone > gap.Rows || gap.Rows > d.Rows {
			return fmt.Errorf("impossible gaps of feature %d", j)
		}
	}
	for j := range d.Moments {
		// Numbers that are too large are of no use, but New has the better word for it.
		if m := &d.Moments[j]; m.N < 0 || m.N > d.Used || !m.Possible() && !(max(m.Max, -m.Min) > largest) {
			return fmt.Errorf("impossible moments of column %d", j)
		}
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
		return fmt.Errorf("figures of other columns than %d", p)
	}
	used := s.Used()
	for j, derived := range s.Derived() {
		found := s.Mean[j] == s.Mean[j] || s.Scale[j] == s.Scale[j] || s.Var[j] == s.Var[j]
		if n := s.NSamplesSeen[j]; n < 1 || n > used || derived && found || !derived && !s.possible(j) {
			return fmt.Errorf("column %q has scale %v, variance %v and mean %v between %v and %v, of %d numbers in %d rows",
				names[j], s.Scale[j], s.Var[j], s.Mean[j], s.DataMin[j], s.DataMax[j], n, used)
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
