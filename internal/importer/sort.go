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
	held  []Row
	size  int // of them, about
	limit int
	disk  *artifact.Scratch // sorted runs, one behind the other
	ends  []int64           // of the runs
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

// rowSize is about what a row takes besides its line, in memory that grows by doubling.
const rowSize = 160

func compare(a, b *Row) int {
	return cmp.Or(strings.Compare(a.Group, b.Group), cmp.Compare(a.Time, b.Time))
}

// Add includes rows.
func (s *Sorter) Add(rows []Row) (err error) {
	for i := range rows {
		s.Groups[rows[i].Group]++
		s.size += len(rows[i].Line) + rowSize
		rows[i].number = len(s.held) + i
	}
	if s.held = append(s.held, rows...); s.size < s.limit {
		return nil
	}
	if s.disk == nil {
		if s.disk, err = artifact.CreateScratch(s.dir); err != nil {
			return err
		}
	}
	w, end := bufio.NewWriterSize(s.disk, 1<<20), int64(0)
	if n := len(s.ends); n > 0 {
		end = s.ends[n-1]
	}
	var b []byte
	for _, row := range s.sorted() {
		b = binary.AppendUvarint(b[:0], uint64(len(row.Group)))
		b = append(b, row.Group...)
		for _, n := range []uint64{uint64(row.Time), row.Hash, row.Whole} {
			b = binary.LittleEndian.AppendUint64(b, n)
		}
		b = binary.AppendUvarint(b, uint64(len(row.Line)))
		b = append(b, row.Line...)
		end += int64(len(b))
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	s.held, s.size, s.ends = nil, 0, append(s.ends, end)
	return w.Flush()
}

// sorted puts the rows that are held in order.
func (s *Sorter) sorted() []Row {
	slices.SortFunc(s.held, func(a, b Row) int { return cmp.Or(compare(&a, &b), a.number-b.number) })
	return s.held
}

// run is a sorted run that is being read: its first row, and how to get the next, io.EOF at
// the end.
type run struct {
	row    Row
	next   func() (Row, error)
	number int
}

// before orders runs: the least row first and, of equal ones, that of the run that came first.
func before(a, b *run) int { return cmp.Or(compare(&a.row, &b.row), a.number-b.number) }

// onDisk reads the rows of a run on disk.
func onDisk(r *bufio.Reader) (row Row, err error) {
	field := func() []byte {
		n, readErr := binary.ReadUvarint(r)
		b := make([]byte, n)
		_, fullErr := io.ReadFull(r, b)
		err = cmp.Or(err, readErr, fullErr)
		return b
	}
	if _, err := r.Peek(1); err != nil {
		return row, err
	}
	row.Group = string(field())
	var fixed [24]byte
	_, fixedErr := io.ReadFull(r, fixed[:])
	row.Time = dataset.Time(binary.LittleEndian.Uint64(fixed[:]))
	row.Hash, row.Whole = binary.LittleEndian.Uint64(fixed[8:]), binary.LittleEndian.Uint64(fixed[16:])
	row.Line = field()
	if err = cmp.Or(err, fixedErr); err != nil {
		return row, fmt.Errorf("a scratch file ends too early: %w", io.ErrUnexpectedEOF)
	}
	return row, nil
}

// Rows yields all rows in order. It may be called again.
func (s *Sorter) Rows() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		var runs, waiting []*run // the latter in order
		// wait puts a run in its place, by its next row.
		wait := func(r *run) (err error) {
			if r.row, err = r.next(); err == io.EOF {
				return nil
			}
			i, _ := slices.BinarySearchFunc(waiting, r, before)
			waiting = slices.Insert(waiting, i, r)
			return err
		}
		from := int64(0)
		for i, end := range s.ends {
			r := bufio.NewReaderSize(io.NewSectionReader(s.disk, from, end-from), 1<<18)
			runs = append(runs, &run{number: i, next: func() (Row, error) { return onDisk(r) }})
			from = end
		}
		held, i := s.sorted(), -1
		runs = append(runs, &run{number: len(runs), next: func() (Row, error) {
			if i++; i == len(held) {
				return Row{}, io.EOF
			}
			return held[i], nil
		}})
		for len(runs)+len(waiting) > 0 {
			var next *run
			if len(runs) > 0 {
				next, runs = runs[0], runs[1:]
			} else {
				next = waiting[0]
				if !yield(&next.row, nil) {
					return
				}
				waiting = slices.Delete(waiting, 0, 1)
			}
			if err := wait(next); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}
