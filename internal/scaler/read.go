package scaler

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"mlpipeline/internal/dataset"
)

// Read reads scaler.json, without the sums of its datasets. That its figures follow
// from its datasets is vouched for by its checksum; computed again on another machine
// they might differ in the last digit.
func Read(path string) (*Scaler, error) {
	s, err := read(path, func(s *Scaler, d *json.Decoder) error {
		var without struct {
			dataset.ID
			Used int64 `json:"used"`
		}
		err := d.Decode(&without)
		s.Datasets = append(s.Datasets, Dataset{ID: without.ID, Used: without.Used})
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, s.Part.Unmerged(path, Kind.Program)
}

// ReadPart reads a scaler, or a part of one, with all that Merge needs.
func ReadPart(path string) (*Scaler, error) {
	s, err := read(path, func(s *Scaler, d *json.Decoder) error {
		var ds Dataset
		err := d.Decode(&ds)
		s.Datasets = append(s.Datasets, ds)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.checkSums(); err != nil {
		return nil, fmt.Errorf("%s: is not a scaler: %w; run %s again", path, err, Kind.Program)
	}
	return s, nil
}

func read(path string, element func(*Scaler, *json.Decoder) error) (*Scaler, error) {
	s := new(Scaler)
	err := Kind.ReadListJSON(path, s, "datasets", func(d *json.Decoder) error { return element(s, d) })
	if err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%s: is not a scaler: %w; run %s again", path, err, Kind.Program)
	}
	s.index()
	return s, nil
}

// index makes what Has looks up.
func (s *Scaler) index() {
	s.byHash = make(map[string]bool, len(s.Datasets))
	for _, d := range s.Datasets {
		s.byHash[d.XXH64] = true
	}
}

// check reports parts that do not fit together.
func (s *Scaler) check() error {
	if err := s.Design.Check(); err != nil {
		return err
	}
	if s.Part == nil {
		if err := s.checkColumns(); err != nil {
			return err
		}
	}
	if len(s.Datasets) == 0 && s.Part == nil ||
		!slices.IsSortedFunc(s.Datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) }) {
		return errors.New("its datasets are none, or out of order")
	}
	return nil
}

// checkSums reports sums that are not of the design.
func (s *Scaler) checkSums() error {
	plain := s.Unfinished() // whose columns of X are those that hold no level
	want := len(plain.Names()) + 1
	for _, d := range s.Datasets {
		if len(d.Moments) != want {
			return fmt.Errorf("dataset %q has moments of %d columns where %d are needed", d.Name, len(d.Moments), want)
		}
		if len(d.Gaps) != 0 && len(d.Gaps) != len(s.Features) {
			return fmt.Errorf("dataset %q has gaps of %d features where %d are needed", d.Name, len(d.Gaps), len(s.Features))
		}
		if len(d.Levels) != len(s.Categories) {
			return fmt.Errorf("dataset %q has levels of %d categories where %d are needed", d.Name, len(d.Levels),
				len(s.Categories))
		}
	}
	return nil
}

// checkColumns reports columns that are not those of the design.
func (s *Scaler) checkColumns() error {
	p := len(s.Names())
	if len(s.NSamplesSeen) == 1 { // one number for all
		s.NSamplesSeen = slices.Repeat(s.NSamplesSeen, p)
	}
	if !slices.Equal(s.FeatureNamesOut, s.Names()) || len(s.Mean) != p || len(s.Var) != p || len(s.Scale) != p ||
		len(s.DataMin) != p || len(s.DataMax) != p || len(s.NSamplesSeen) != p {
		return fmt.Errorf("%d names, %d means, %d variances, %d scales, %d counts where %d are needed",
			len(s.FeatureNamesOut), len(s.Mean), len(s.Var), len(s.Scale), len(s.NSamplesSeen), p)
	}
	for j := range p {
		if !(s.Scale[j] > 0) || !(s.Var[j] >= 0) {
			return fmt.Errorf("column %q has scale %v and variance %v", s.FeatureNamesOut[j], s.Scale[j], s.Var[j])
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
