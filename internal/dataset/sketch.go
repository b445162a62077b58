package dataset

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Sketch is a sample of the rows of a file by their content: the smallest of
// their 64-bit hashes, ascending. Files that hold the same rows have the same
// sketch, in whatever order, under whatever name and however they are written;
// of files that share rows the sketches share a like part (the k minimum values
// of K. Beyer, P. J. Haas, B. Reinwald, Y. Sismanis, R. Gemulla, "On synopses for
// distinct-value estimation under multiset operations", SIGMOD 2007).
type Sketch []uint64

const sketchSize = 16

// Limit returns what a hash must be below to enter.
func (s Sketch) Limit() uint64 {
	if len(s) < sketchSize {
		return 1<<64 - 1
	}
	return s[len(s)-1]
}

// Add includes a row.
func (s *Sketch) Add(hash uint64) {
	i, found := slices.BinarySearch(*s, hash)
	if found || i == sketchSize {
		return
	}
	if len(*s) == sketchSize {
		*s = (*s)[:sketchSize-1]
	}
	*s = slices.Insert(*s, i, hash)
}

// Merge includes the rows of o.
func (s *Sketch) Merge(o Sketch) {
	for _, hash := range o {
		s.Add(hash)
	}
}

// shared returns how many of the sampled rows that could be in both are, and how
// many could be: those of the smaller sample below both limits.
func (s Sketch) shared(o Sketch) (shared, of int) {
	below := func(s Sketch, limit uint64) Sketch {
		i, found := slices.BinarySearch(s, limit)
		if found {
			i++
		}
		return s[:i]
	}
	limit := min(s.Limit(), o.Limit())
	s, o = below(s, limit), below(o, limit)
	for _, hash := range s {
		if _, found := slices.BinarySearch(o, hash); found {
			shared++
		}
	}
	return shared, min(len(s), len(o))
}

// MarshalJSON writes the hashes as one string of hexadecimal digits.
func (s Sketch) MarshalJSON() ([]byte, error) {
	var b []byte
	for _, hash := range s {
		b = binary.BigEndian.AppendUint64(b, hash)
	}
	return json.Marshal(hex.EncodeToString(b))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Sketch) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw)%8 != 0 {
		return fmt.Errorf("%.20q is no sketch", text)
	}
	*s = nil
	for ; len(raw) > 0; raw = raw[8:] {
		*s = append(*s, binary.BigEndian.Uint64(raw))
	}
	return nil
}

// Known finds datasets again by their content. Its zero value knows none.
type Known struct {
	byBytes map[string]string // names, by XXH64
	byRow   map[uint64][]int  // indices, by sampled row
	ids     []ID
}

// Add includes a dataset.
func (k *Known) Add(id ID) {
	if k.byBytes == nil {
		k.byBytes, k.byRow = map[string]string{}, map[uint64][]int{}
	}
	k.byBytes[id.XXH64] = id.Name
	for _, hash := range id.Sketch {
		k.byRow[hash] = append(k.byRow[hash], len(k.ids))
	}
	k.ids = append(k.ids, id)
}

// Find says what of a dataset is known: "the very bytes of NAME", or "rows of
// NAME" if at least half of the sampled rows, and no fewer than three where
// there are as many, are those of another; "" if it is new.
func (k *Known) Find(id ID) string {
	if name, ok := k.byBytes[id.XXH64]; ok {
		return fmt.Sprintf("the very bytes of %q", name)
	}
	tried := map[int]bool{}
	for _, hash := range id.Sketch {
		for _, i := range k.byRow[hash] {
			if tried[i] {
				continue
			}
			tried[i] = true
			shared, of := id.Sketch.shared(k.ids[i].Sketch)
			equal := slices.Equal(id.Sketch, k.ids[i].Sketch) // and they may be fewer than three
			if equal || shared >= 3 && 2*shared >= of {
				return fmt.Sprintf("rows of %q (%d of %d that were compared)", k.ids[i].Name, shared, of)
			}
		}
	}
	return ""
}
