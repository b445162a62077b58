package dataset

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
)

// Sketch says what rows a file holds, by 64-bit hashes of their time and the
// columns that are read: in whatever order, under whatever name and however they
// are written. It merges.
type Sketch struct {
	// Sum is the sum of the hashes of all rows: equal for the same rows.
	Sum uint64
	// Rows is how many could enter the sample.
	Rows int64
	// Least is a sample of the rows, the smallest of the hashes, ascending: of
	// files that share rows the samples share a like part (the k minimum values of
	// K. Beyer, P. J. Haas, B. Reinwald, Y. Sismanis, R. Gemulla, "On synopses for
	// distinct-value estimation under multiset operations", SIGMOD 2007).
	Least []uint64
}

const sketchSize = 32

// Limit returns what a hash must be below to enter the sample.
func (s *Sketch) Limit() uint64 {
	if len(s.Least) < sketchSize {
		return 1<<64 - 1
	}
	return s.Least[len(s.Least)-1]
}

// Sample includes a row in the sample. Sum and Rows are counted elsewhere.
func (s *Sketch) Sample(hash uint64) {
	i, found := slices.BinarySearch(s.Least, hash)
	if found || i == sketchSize {
		return
	}
	if len(s.Least) == sketchSize {
		s.Least = s.Least[:sketchSize-1]
	}
	s.Least = slices.Insert(s.Least, i, hash)
}

// Merge includes the rows of o.
func (s *Sketch) Merge(o Sketch) {
	s.Sum += o.Sum
	s.Rows += o.Rows
	for _, hash := range o.Least {
		s.Sample(hash)
	}
}

// shared returns how many of the sampled rows that could be in both are, and how
// many could be: those of the smaller sample below both limits.
func (s *Sketch) shared(o *Sketch) (shared, of int) {
	limit := min(s.Limit(), o.Limit())
	below := func(hashes []uint64) []uint64 {
		return hashes[:sort.Search(len(hashes), func(i int) bool { return hashes[i] > limit })]
	}
	a, b := below(s.Least), below(o.Least)
	for _, hash := range a {
		if _, found := slices.BinarySearch(b, hash); found {
			shared++
		}
	}
	return shared, min(len(a), len(b))
}

// distinct estimates how many different rows there were.
func (s *Sketch) distinct() float64 {
	if len(s.Least) < sketchSize {
		return float64(len(s.Least))
	}
	return (sketchSize - 1) / (float64(s.Limit()) / (1 << 64))
}

// MarshalJSON writes the sum and the sample as one string in base64.
func (s Sketch) MarshalJSON() ([]byte, error) {
	b, err := binary.Append(nil, binary.BigEndian, append([]uint64{s.Sum, uint64(s.Rows)}, s.Least...))
	if err != nil {
		return nil, err
	}
	return json.Marshal(b)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Sketch) UnmarshalJSON(b []byte) error {
	var raw []byte
	if err := json.Unmarshal(b, &raw); err != nil || len(raw) < 16 || len(raw)%8 != 0 {
		return fmt.Errorf("%.20q is no sketch", b)
	}
	words := make([]uint64, len(raw)/8)
	_, err := binary.Decode(raw, binary.BigEndian, words)
	*s = Sketch{Sum: words[0], Rows: int64(words[1]), Least: words[2:]}
	return err
}

// Known finds datasets again by their content. Its zero value knows none.
type Known struct {
	byBytes map[string]string // names, by XXH64
	byRow   map[uint64]int32  // by sampled row, the index in rows of one dataset that has it, plus 1
	rows    []sampled
	ids     []ID
}

// sampled is a dataset that has a row.
type sampled struct{ dataset, next int32 } // next: of another one, as in byRow; 0 for none

// Add includes a dataset.
func (k *Known) Add(id ID) {
	if k.byBytes == nil {
		k.byBytes, k.byRow = map[string]string{}, map[uint64]int32{}
	}
	k.byBytes[id.XXH64] = id.Name
	for _, hash := range id.Sketch.Least {
		k.rows = append(k.rows, sampled{int32(len(k.ids)), k.byRow[hash]})
		k.byRow[hash] = int32(len(k.rows))
	}
	k.ids = append(k.ids, id)
}

// Find says what of a dataset is known: "the very bytes of NAME", "the rows of
// NAME" if at least a share of the sampled rows that could be, and no fewer than
// two, are those of another; "" if it is new.
//
// Rows of which many are alike (two columns of small whole numbers, say) are no
// sign of where they are from, unless all are the same.
func (k *Known) Find(id ID, share float64) string {
	if name, ok := k.byBytes[id.XXH64]; ok {
		return fmt.Sprintf("the very bytes of %q", name)
	}
	tried := map[int32]bool{}
	for _, hash := range id.Sketch.Least {
		for at := k.byRow[hash]; at > 0; at = k.rows[at-1].next {
			i := k.rows[at-1].dataset
			if tried[i] {
				continue
			}
			tried[i] = true
			other := &k.ids[i]
			if other.Rows == id.Rows && other.Sketch.Sum == id.Sketch.Sum {
				return fmt.Sprintf("the rows of %q", other.Name)
			}
			shared, of := id.Sketch.shared(&other.Sketch)
			if id.Sketch.telling() && other.Sketch.telling() && shared >= 2 && float64(shared) >= share*float64(of) {
				return fmt.Sprintf("rows of %q (%d of %d that were compared)", other.Name, shared, of)
			}
		}
	}
	return ""
}

// Shares of the rows of a file that may not be known. Files to train on, between
// which there is no choice, must be nearly the same to be refused: honest stations
// share the rows in which nothing happens. A test on half known rows is no test.
const (
	Twice = 0.9
	Leak  = 0.5
)

// telling reports whether the rows of a file can be told from those of others.
func (s *Sketch) telling() bool { return s.distinct() >= float64(s.Rows)/2 }
