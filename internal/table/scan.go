// Package table reads CSV files as ordered blocks of columns, float64 numbers and
// words as codes, in constant memory.
//
// Scan.Blocks cuts a file into blocks of whole rows (csv.Cutter). Whoever takes a block parses
// it (Block.Parse), on any core, and gives its memory back (Block.Free). ordered.Map shares the
// blocks out among the cores and puts the results in order again; design.Scan.Files joins the
// two.
package table

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
)

// Scan says what is read of files.
type Scan struct {
	Time       string   // the time column; "" for none
	Columns    []string // the numeric columns, in the order of Block.Cols
	Categories []string // the columns of words, in the order of Block.Cats
	Optional   string   // the one of Columns that a file may lack: then it is all missing
	Texts      []string // columns that are handed on as they are written, in the order of Block.Texts
	Also       *Scan    // what else is read of the same rows, into Block.Also; nil for nothing

	free sync.Pool // of blocks
}

// newBlock is an empty one, nil of no scan.
func (s *Scan) newBlock() *Block {
	if s == nil {
		return nil
	}
	if b, ok := s.free.Get().(*Block); ok {
		return b
	}
	return &Block{Cols: make([][]float64, len(s.Columns)), Cats: make([]Category, len(s.Categories)), Also: s.Also.newBlock(),
		free: &s.free}
}

func (s *Scan) layout(f *File) (*layout, error) {
	if s == nil {
		return nil, nil
	}
	return newLayout(f, s.Time, s.Columns, s.Categories, s.Optional, s.Texts)
}

// Blocks cuts a file into blocks, to be parsed. Behind the last one comes an empty one that is
// its End.
func (s *Scan) Blocks(f *File) iter.Seq2[*Block, error] {
	return func(yield func(*Block, error) bool) {
		l, err := s.layout(f)
		also, alsoErr := s.Also.layout(f)
		if err = cmp.Or(err, alsoErr); err != nil {
			yield(nil, err)
			return
		}
		r := f.stream
		if r == nil {
			file, _, err := f.reader(nil)
			if err != nil {
				yield(nil, err)
				return
			}
			defer file.Close()
			r = file
		}
		c, err := newCutter(f, r)
		for err == nil {
			b := s.newBlock()
			b.layout, b.line, b.End = l, c.Line, ""
			b.data, b.newlines, err = c.Next(b.data)
			switch err {
			case nil:
			case io.EOF:
				b.End = fmt.Sprintf("%016x", c.Sum())
			default:
				err = b.unreadable(err)
				continue
			}
			if b.Also != nil {
				b.Also.layout, b.Also.End, b.Also.data, b.Also.line, b.Also.newlines = also, b.End, b.data, b.line, b.newlines
			}
			if !yield(b, nil) || b.End != "" {
				return
			}
		}
		yield(nil, err)
	}
}

// newCutter cuts the rows of a file that r holds: from its beginning, unless it can be
// read only once.
func newCutter(f *File, r io.Reader) (*csv.Cutter, error) {
	c := csv.NewCutter(r, f.line, lastRecordEnd)
	head := f.peek
	if f.stream == nil { // skip the header
		head = make([]byte, f.body)
		if _, err := io.ReadFull(r, head); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	c.Begin(head, f.body)
	return c, nil
}

// unreadable says why a block of which this has been read could not be made.
func (b *Block) unreadable(err error) error {
	path := b.layout.file.Path
	switch open := openQuote(b.data); {
	case err == csv.ErrLong && open >= 0:
		return fmt.Errorf("%s:%d: a quote is opened here and not closed within %d KiB", path, b.lineAt(open), csv.MaxRecord>>10)
	case err == csv.ErrLong:
		return fmt.Errorf("%s:%d: this row is longer than %d KiB; is it a CSV file?", path, b.line, csv.MaxRecord>>10)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// Free gives the memory of a block back to its scan.
func (b *Block) Free() { b.free.Put(b) }

// Bytes returns how many bytes of CSV the block is of.
func (b *Block) Bytes() int { return len(b.data) }

// Describe includes a block that is parsed, or the end of a file, in what is known of
// the file: nothing, the zero ID, before its first block.
func (b *Block) Describe(id *dataset.ID) error {
	f := b.layout.file
	if id.Rows == 0 {
		*id = dataset.ID{Name: f.Name, First: dataset.NoTime, Last: dataset.NoTime}
	}
	if b.End != "" {
		if id.XXH64 = b.End; id.Rows == 0 {
			return fmt.Errorf("%s: no data rows", f.Path)
		}
		return nil
	}
	if n := len(b.Times); n > 0 {
		if id.Rows == 0 {
			id.First = b.Times[0]
		} else if b.Times[0] < id.Last {
			return b.Errorf(0, f.Header[slices.Index(b.layout.slot, timeSlot)], "%w", goesBack(b.Times[0], id.Last))
		}
		id.Last = b.Times[n-1]
	}
	id.Rows += int64(b.Rows)
	id.Sketch.Merge(b.sketch)
	return nil
}
