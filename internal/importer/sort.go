package importer

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/ordered"
)

// Sorter puts rows in order of their group, then of time, then as they came: every chunk is
// sorted into a run, many runs in memory are merged into one on disk, and all that there are
// in the end (D. E. Knuth, The Art of Computer Programming 3, section 5.4).
type Sorter struct {
	Groups map[string]int64 // rows of each

	dir   string
	held  [][]byte // runs in memory, of packed rows
	size  int      // of them
	limit int
	disk  *artifact.Scratch // more runs, of those that came before, one after the other
	runs  []int64           // sizes of these
}

// NewSorter makes a sorter with a scratch file in dir. It holds about limit bytes.
func NewSorter(dir string, limit int) *Sorter {
	return &Sorter{Groups: map[string]int64{}, dir: dir, limit: limit}
}

// Close removes the scratch file.
func (s *Sorter) Close() {
	if s.disk != nil {
		s.disk.Close()
	}
}

// Sorted converts the rows as Chunks does, and packs those of each chunk in order.
func (t *Table) Sorted(ctx context.Context, workers int) iter.Seq2[*Chunk, error] {
	return ordered.Map(ctx, workers, t.Chunks(ctx, workers), func(c *Chunk) (*Chunk, error) { c.sort(); return c, nil })
}

// sort puts the rows in order, packed.
func (c *Chunk) sort() {
	order, size := make([]int32, len(c.Rows)), 0
	for i := range order {
		order[i] = int32(i)
		size += len(c.Rows[i].Group) + len(c.Rows[i].Line) + mostOverhead
	}
	slices.SortFunc(order, func(i, j int32) int {
		if c := compare(&c.Rows[i], &c.Rows[j]); c != 0 {
			return c
		}
		return int(i - j)
	})
	c.packed, c.groups = make([]byte, 0, size), map[string]int64{}
	for _, i := range order {
		c.packed = c.Rows[i].pack(c.packed)
		c.groups[c.Rows[i].Group]++
	}
	c.Rows = nil
}

func compare(a, b *Row) int {
	if a.Group != b.Group {
		return strings.Compare(a.Group, b.Group)
	}
	return cmp.Compare(a.Time, b.Time)
}

// Add includes the rows of a chunk of Sorted.
func (s *Sorter) Add(c *Chunk) (err error) {
	for group, n := range c.groups {
		s.Groups[group] += n
	}
	s.held = append(s.held, c.packed)
	if s.size += len(c.packed); s.size < s.limit {
		return nil
	}
	if s.disk == nil {
		if s.disk, err = artifact.CreateScratch(s.dir); err != nil {
			return err
		}
	}
	for block, err := range merge(s.inMemory()) {
		if err == nil {
			_, err = s.disk.Write(block)
		}
		if err != nil {
			return err
		}
	}
	s.runs = append(s.runs, int64(s.size))
	s.held, s.size = nil, 0
	return nil
}

// inMemory returns the runs in memory.
func (s *Sorter) inMemory() (runs []*run) {
	for _, packed := range s.held {
		runs = append(runs, &run{packed: packed})
	}
	return runs
}

// Rows yields all rows in order, each good until the next. It may be called again.
func (s *Sorter) Rows(ctx context.Context) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		var runs []*run
		from := int64(0)
		for _, size := range s.runs {
			window := make([]byte, max(1<<12, min(1<<17, s.limit/len(s.runs))))
			runs = append(runs, &run{rest: io.NewSectionReader(s.disk, from, size), window: window})
			from += size
		}
		blocks := merge(append(runs, s.inMemory()...))
		var row Row
		for block, err := range ordered.Map(ctx, 1, blocks, func(b []byte) ([]byte, error) { return b, nil }) {
			if err != nil {
				yield(nil, err)
				return
			}
			for len(block) > 0 {
				block = block[row.unpack(block):]
				if !yield(&row, nil) {
					return
				}
			}
		}
	}
}

// run is packed rows in order.
type run struct {
	first  Row       // that is left
	size   int       // of it, packed; 0 if none is left
	packed []byte    // what is left in memory, beginning with it
	window []byte    // memory for what comes from disk
	rest   io.Reader // that is still there; nil for none
	number int
}

// next goes on to the next row.
func (r *run) next() error {
	r.packed = r.packed[r.size:]
	for r.size = r.first.unpack(r.packed); r.size == 0 && r.rest != nil; r.size = r.first.unpack(r.packed) {
		n := len(r.packed)
		if n == len(r.window) {
			r.window = make([]byte, 2*n)
		}
		copy(r.window, r.packed)
		m, err := r.rest.Read(r.window[n:])
		if r.packed = r.window[:n+m]; err == io.EOF {
			r.rest = nil
		} else if err != nil {
			return err
		}
	}
	if r.size == 0 && len(r.packed) > 0 {
		return fmt.Errorf("a scratch file ends too early: %w", io.ErrUnexpectedEOF)
	}
	return nil
}

// before orders runs: the least row first and, of equal ones, that of the run that came
// first. One that is nil goes before all, one without a row after all.
func (r *run) before(o *run) bool {
	switch {
	case r == nil || o == nil:
		return r == nil
	case r.size == 0 || o.size == 0:
		return o.size == 0
	}
	c := compare(&r.first, &o.first)
	return c < 0 || c == 0 && r.number < o.number
}

// merge yields the rows of runs in order, packed, many at a time, by a tree of losers: a
// node has the run that lost there, to the one that goes on to the node above; at 0 is the
// one that wins.
func merge(runs []*run) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if len(runs) == 0 {
			return
		}
		losers := make([]*run, len(runs))
		play := func(i int) (winner *run, err error) {
			winner = runs[i]
			err = winner.next()
			for node := (i + len(runs)) / 2; node > 0; node /= 2 {
				if losers[node].before(winner) {
					winner, losers[node] = losers[node], winner
				}
			}
			return winner, err
		}
		var least *run
		var errs error
		for i := range runs {
			runs[i].number = i
			r, err := play(i)
			least, errs = r, cmp.Or(errs, err)
		}
		const size = 256 << 10
		block := make([]byte, 0, size)
		for errs == nil && least.size > 0 {
			if len(block)+least.size > size && len(block) > 0 {
				if !yield(block, nil) {
					return
				}
				block = make([]byte, 0, size)
			}
			block = append(block, least.packed[:least.size]...)
			least, errs = play(least.number)
		}
		yield(block, errs)
	}
}

// pack appends the row as unpack reads it.
func (r *Row) pack(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(r.Group)))
	b = append(b, r.Group...)
	for _, n := range []uint64{uint64(r.Time), r.Hash, r.Whole} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Line)))
	return append(b, r.Line...)
}

// mostOverhead bounds what is packed besides group and line.
const mostOverhead = 3*8 + 2*binary.MaxVarintLen64

// unpack reads the row with which b begins, and returns the size of it, 0 if it is not
// whole. Its line is that memory.
func (r *Row) unpack(b []byte) (size int) {
	n, i := binary.Uvarint(b)
	if i <= 0 || len(b) < i+int(n)+3*8 {
		return 0
	}
	group, fixed := b[i:i+int(n)], b[i+int(n):]
	line, k := binary.Uvarint(fixed[3*8:])
	if size = i + int(n) + 3*8 + k + int(line); k <= 0 || len(b) < size {
		return 0
	}
	if string(group) != r.Group {
		r.Group = string(group)
	}
	r.Time = dataset.Time(binary.LittleEndian.Uint64(fixed))
	r.Hash, r.Whole = binary.LittleEndian.Uint64(fixed[8:]), binary.LittleEndian.Uint64(fixed[16:])
	r.Line = fixed[3*8+k:][:line:line]
	return size
}
