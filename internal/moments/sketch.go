package moments

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"sort"
)

// Sketch keeps the quantiles of a set of numbers in bounded memory. What it holds is a
// function of the set alone, in whatever order, blocks and groups it was gathered:
// numbers fall into bins of equal leading bits, and while more than maxBins bins are
// occupied, one more low bit is dropped for all of them. Up to maxBins different
// numbers nothing is dropped and quantiles are exact; beyond, a bin holds numbers of one
// sign and exponent that agree in their first digits. Its zero value is the empty set.
type Sketch struct {
	n     int64 // numbers, NaN left out
	shift uint  // low bits that are dropped
	used  int   // bins
	bins  []bin // a hash table with open addressing; n is 0 in a free place
}

// bin is what is known of the numbers of a bin: how many, the least, the greatest.
type bin struct {
	n           int64
	least, most uint64 // as ordered makes them
}

const (
	maxBins  = 1024
	hashBits = 11 // of a table that is never more than half full
	golden   = 0x9E3779B97F4A7C15
)

// ordered maps a number to a whole number of the same order; −0 is 0.
func ordered(x float64) uint64 {
	u := math.Float64bits(x + 0.0)
	return u ^ (uint64(int64(u)>>63) | 1<<63)
}

// number is the inverse of ordered.
func number(u uint64) float64 {
	return math.Float64frombits(u ^ (uint64(int64(^u)>>63) | 1<<63))
}

// Add includes the numbers xs, leaving out NaN.
func (s *Sketch) Add(xs []float64) {
	for _, x := range xs {
		u := ordered(x)
		if len(s.bins) == 1<<hashBits { // most numbers fall into a bin that is there, at its first place
			key := u >> (s.shift & 63)
			if at := &s.bins[key*golden>>(64-hashBits)]; at.n > 0 && at.least>>(s.shift&63) == key && x == x {
				at.n++
				s.n++
				if u < at.least {
					at.least = u
				} else if u > at.most {
					at.most = u
				}
				continue
			}
		}
		if x == x {
			s.add(bin{1, u, u})
		}
	}
}

// Merge includes all numbers of o.
func (s *Sketch) Merge(o *Sketch) {
	if o.shift > s.shift {
		s.widen(o.shift)
	}
	for _, b := range o.bins {
		if b.n > 0 {
			s.add(b)
		}
	}
}

// add includes the numbers of a bin that is no wider than those of s.
func (s *Sketch) add(b bin) {
	if s.bins == nil {
		s.bins = make([]bin, 1<<hashBits)
	}
	s.n += b.n
	key := b.least >> s.shift
	for i := key * golden >> (64 - hashBits); ; i = (i + 1) % (1 << hashBits) {
		switch at := &s.bins[i]; {
		case at.n == 0:
			*at = b
			if s.used++; s.used > maxBins {
				s.widen(s.shift)
			}
			return
		case at.least>>s.shift == key:
			at.n += b.n
			at.least, at.most = min(at.least, b.least), max(at.most, b.most)
			return
		}
	}
}

// widen drops so many low bits, and more until there are maxBins bins at the most: mostly one.
func (s *Sketch) widen(shift uint) {
	if !s.fits(shift) {
		if shift++; !s.fits(shift) {
			shift += uint(sort.Search(63-int(shift), func(more int) bool { return s.fits(shift + uint(more)) }))
		}
	}
	all := s.bins
	*s = Sketch{shift: shift}
	for _, b := range all {
		if b.n > 0 {
			s.add(b)
		}
	}
}

// fits reports whether there are maxBins bins at the most once so many bits are dropped.
func (s *Sketch) fits(shift uint) bool {
	var keys [1 << hashBits]uint64 // and 1; 0 in a free place
	n := 0
	for _, b := range s.bins {
		key := b.least>>shift + 1
		i := key * golden >> (64 - hashBits)
		for b.n > 0 && keys[i] != 0 && keys[i] != key {
			i = (i + 1) % (1 << hashBits)
		}
		if b.n > 0 && keys[i] == 0 {
			keys[i] = key
			n++
		}
	}
	return n <= maxBins
}

// sorted returns the bins in ascending order.
func (s *Sketch) sorted() []bin {
	sorted := make([]bin, 0, s.used)
	for _, b := range s.bins {
		if b.n > 0 {
			sorted = append(sorted, b)
		}
	}
	slices.SortFunc(sorted, func(a, b bin) int { return cmp.Compare(a.least, b.least) })
	return sorted
}

// N returns how many numbers there are.
func (s *Sketch) N() int64 { return s.n }

// Distinct returns how many different numbers there are, at least: more than one may
// be in a bin.
func (s *Sketch) Distinct() int {
	n := 0
	for _, b := range s.bins {
		switch {
		case b.n == 0:
		case b.least == b.most:
			n++
		default:
			n += 2
		}
	}
	return n
}

// Quantiles returns the p-quantile for every p from 0 to 1, in ascending order: the
// least number of the bin in which ⌈p·n⌉ is counted (R's type 1, the inverse of the
// empirical distribution, where bins hold one number each), and the greatest of all for
// p = 1. It is a number of the set; there are none in the empty set.
//
// coarse reports whether one of these bins holds more than a twentieth of the numbers,
// which are not all equal: quantiles are rough there.
func (s *Sketch) Quantiles(p ...float64) (quantiles []float64, coarse bool) {
	sorted, i, below := s.sorted(), 0, int64(0)
	for _, p := range p {
		if s.n == 0 {
			break
		}
		rank := max(1, int64(math.Ceil(p*float64(s.n))))
		for i+1 < len(sorted) && below+sorted[i].n < rank {
			below += sorted[i].n
			i++
		}
		b := sorted[i]
		if p == 1 {
			quantiles = append(quantiles, number(b.most))
			continue
		}
		quantiles = append(quantiles, number(b.least))
		coarse = coarse || b.least != b.most && p > 0 && b.n > s.n/20
	}
	return quantiles, coarse
}

// Histogram counts the numbers in n bins of one width that reach from a number to another,
// and those beyond them. Numbers of one bin of the sketch count where its least is.
func (s *Sketch) Histogram(from, to float64, n int) (counts []int64, beyond int64) {
	counts = make([]int64, n)
	for _, b := range s.sorted() {
		x := number(b.least)
		if x < from || x > to {
			beyond += b.n
			continue
		}
		at := 0
		if to > from {
			at = min(n-1, int(float64(n)*(x/(to-from)-from/(to-from))))
		}
		counts[max(0, at)] += b.n
	}
	return counts, beyond
}

// WithoutMode returns the numbers without the one that is more than half of them, as
// rain is 0 on most days; all if there is none.
func (s *Sketch) WithoutMode() *Sketch {
	rest := Sketch{shift: s.shift}
	for _, b := range s.bins {
		if b.n > 0 && (b.least != b.most || b.n <= s.n/2) {
			rest.add(b)
		}
	}
	return &rest
}

// MarshalJSON writes the bins in ascending order as one string in base64: some 15 bytes
// each.
func (s *Sketch) MarshalJSON() ([]byte, error) {
	b := binary.AppendUvarint(nil, uint64(s.shift))
	before := uint64(0)
	for _, bin := range s.sorted() {
		b = binary.AppendUvarint(b, bin.least-before)
		b = binary.AppendUvarint(b, bin.most-bin.least)
		b = binary.AppendUvarint(b, uint64(bin.n))
		before = bin.most
	}
	return json.Marshal(b)
}

var errSketch = errors.New("not a quantile sketch")

// UnmarshalJSON reads what MarshalJSON writes, and nothing else.
func (s *Sketch) UnmarshalJSON(text []byte) error {
	var b []byte
	if err := json.Unmarshal(text, &b); err != nil {
		return errSketch
	}
	next := func() (v uint64) {
		v, k := binary.Uvarint(b)
		if k <= 0 {
			b = nil
			return 0
		}
		b = b[k:]
		return v
	}
	shift := next()
	if shift > 63 {
		return errSketch
	}
	*s = Sketch{shift: uint(shift)}
	for before := uint64(0); len(b) > 0; {
		least := before + next()
		most := least + next()
		n := int64(next())
		finite := !math.IsInf(number(least), 0) && !math.IsInf(number(most), 0) && number(least) <= number(most)
		if n <= 0 || n > math.MaxInt64-s.n || !finite || s.used > 0 && least>>shift == before>>shift || least < before ||
			most>>shift != least>>shift || s.used == maxBins {
			return errSketch
		}
		s.add(bin{n, least, most})
		before = most
	}
	return nil
}
