package importer

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
)

// Sorter puts rows in order of their group, then of time, then as they came: in
// memory, or by merging sorted runs on disk where they are many (D. E. Knuth, The
// Art of Computer Programming 3, section 5.4).
type Sorter struct {
	Groups map[string]int64 // rows of each

	dir   string
	held  []run // sorted
	size  int
	limit int   // of size
	disk  []run // before those that are held
	files []*artifact.Scratch
}

// NewSorter makes a sorter with scratch files in dir. It holds about limit bytes.
func NewSorter(dir string, limit int) *Sorter {
	return &Sorter{Groups: map[string]int64{}, dir: dir, limit: limit}
}

// run yields rows in order, anew at every call.
type run func() (next func() (Row, error))

// Close removes the scratch files.
func (s *Sorter) Close() {
	for _, f := range s.files {
		f.Close()
	}
}

func compare(a, b *Row) int {
	return cmp.Or(strings.Compare(a.Group, b.Group), cmp.Compare(a.Time, b.Time))
}

// Add includes a chunk, whose rows are in order.
func (s *Sorter) Add(c *Chunk) error {
	rows := c.Rows
	for i := range rows {
		s.Groups[rows[i].Group]++
		s.size += len(rows[i].Line) + 80
	}
	s.held = append(s.held, func() func() (Row, error) {
		i := -1
		return func() (Row, error) {
			if i++; i == len(rows) {
				return Row{}, io.EOF
			}
			return rows[i], nil
		}
	})
	if s.size < s.limit {
		return nil
	}
	return s.spill()
}

// spill writes what is held to disk, as one run.
func (s *Sorter) spill() error {
	f, err := artifact.CreateScratch(s.dir)
	if err != nil {
		return err
	}
	s.files = append(s.files, f)
	w := bufio.NewWriterSize(f, 1<<20)
	var b []byte
	for row, err := range merge(s.held) {
		if err != nil {
			return err
		}
		b = binary.AppendUvarint(b[:0], uint64(len(row.Group)))
		b = append(b, row.Group...)
		b = binary.LittleEndian.AppendUint64(b, uint64(row.Time))
		b = binary.LittleEndian.AppendUint64(b, row.Hash)
		b = binary.LittleEndian.AppendUint64(b, row.Whole)
		b = binary.AppendUvarint(b, uint64(len(row.Line)))
		b = append(b, row.Line...)
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	s.held, s.size = nil, 0
	s.disk = append(s.disk, func() func() (Row, error) {
		return readRun(bufio.NewReaderSize(io.NewSectionReader(f, 0, 1<<62), 1<<18))
	})
	return nil
}

// readRun reads the rows of a run on disk.
func readRun(r *bufio.Reader) func() (Row, error) {
	field := func(n uint64) ([]byte, error) {
		b := make([]byte, n)
		_, err := io.ReadFull(r, b)
		return b, err
	}
	return func() (row Row, err error) {
		n, err := binary.ReadUvarint(r)
		if err != nil {
			return row, err // io.EOF at the end
		}
		var group, fixed []byte
		if group, err = field(n); err == nil {
			fixed, err = field(24)
		}
		if err == nil {
			n, err = binary.ReadUvarint(r)
		}
		if err == nil {
			row.Line, err = field(n)
		}
		if err != nil {
			return row, fmt.Errorf("a scratch file ends too early: %w", io.ErrUnexpectedEOF)
		}
		row.Group, row.Time = string(group), dataset.Time(binary.LittleEndian.Uint64(fixed))
		row.Hash, row.Whole = binary.LittleEndian.Uint64(fixed[8:]), binary.LittleEndian.Uint64(fixed[16:])
		return row, nil
	}
}

// Rows yields all rows in order. It may be called again.
func (s *Sorter) Rows() iter.Seq2[*Row, error] {
	return merge(slices.Concat(s.disk, s.held))
}

// merge yields the rows of runs in order; of equal ones those of earlier runs
// first.
func merge(runs []run) iter.Seq2[*Row, error] {
	type head struct {
		row  Row
		run  int
		next func() (Row, error)
	}
	return func(yield func(*Row, error) bool) {
		var heap []*head // the least first
		less := func(a, b *head) bool {
			order := compare(&a.row, &b.row)
			return order < 0 || order == 0 && a.run < b.run
		}
		sink := func(i int) {
			for {
				least := i
				for child := 2*i + 1; child <= 2*i+2 && child < len(heap); child++ {
					if less(heap[child], heap[least]) {
						least = child
					}
				}
				if least == i {
					return
				}
				heap[i], heap[least] = heap[least], heap[i]
				i = least
			}
		}
		for i, r := range runs {
			h := &head{run: i, next: r()}
			var err error
			if h.row, err = h.next(); err == io.EOF {
				continue
			} else if err != nil {
				yield(nil, err)
				return
			}
			heap = append(heap, h)
		}
		for i := len(heap)/2 - 1; i >= 0; i-- {
			sink(i)
		}
		for len(heap) > 0 {
			h := heap[0]
			if !yield(&h.row, nil) {
				return
			}
			var err error
			if h.row, err = h.next(); err == io.EOF {
				heap[0] = heap[len(heap)-1]
				heap = heap[:len(heap)-1]
			} else if err != nil {
				yield(nil, err)
				return
			}
			sink(0)
		}
	}
}
