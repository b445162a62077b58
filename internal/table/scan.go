// Package table reads CSV files as ordered blocks of columns, float64 numbers and
// words as codes, on all cores, in constant memory, and writes them.
//
// How a block travels (Scan.Parts): one goroutine cuts the files, in order, into
// blocks of whole rows (cutter.next) and queues each twice: for the workers,
// and in order (InOrder). A worker parses the block (Block.parse), waits for word
// from the block before it, passes word on to the next, and finishes its result
// meanwhile. The loop over the parts takes the results in order and gives the
// blocks' memory back to the cutter. Nothing depends on which worker is first.
package table

import (
	"context"
	"fmt"
	"io"
	"iter"

	"mlpipeline/internal/dataset"
)

// Scan is one pass over files. C is what a block must know of the rows before
// it in the same file; R is what is made of a block.
type Scan[C, R any] struct {
	Time       string   // the time column; "" for none
	Columns    []string // the numeric columns, in the order of Block.Cols
	Categories []string // the columns of words, in the order of Block.Cats
	Workers    int

	Optional string   // the one of Columns that a file may lack: then it is all missing
	Texts    []string // columns that are handed on as they are written, in the order of Block.Texts

	// Work takes up a block, on any worker, told what the block before left for
	// it (the zero C at the beginning of a file). It returns what it leaves for
	// the block after, which waits for it, and how to get the result, which may
	// take its time.
	Work func(b *Block, before C) (after C, result func() (R, error), err error)
}

// Part is what a scan has got: the result of a block or, after the last one of
// a file, what the file was.
type Part[R any] struct {
	File   int // index of the file
	Result R   // the zero R at the end of a file
	Bytes  int // of CSV
	End    *dataset.ID
}

// job is a block on its way or, behind the last one of a file, its end.
type job[C, R any] struct {
	file   int
	block  *Block
	before <-chan word[C]
	after  chan<- word[C]
	result R
	xxh64  string // of a file that ends; nothing was read into the block
}

// word is what a block tells the next one.
type word[C any] struct {
	row   int64
	carry C
}

// Parts scans the files and yields their parts, in order; see InOrder.
func (s *Scan[C, R]) Parts(ctx context.Context, files []*File) iter.Seq2[Part[R], error] {
	return func(yield func(Part[R], error) bool) {
		free := make(chan *Block, 2*s.Workers+2)
		for range cap(free) {
			free <- &Block{Cols: make([][]float64, len(s.Columns)), Cats: make([]Category, len(s.Categories))}
		}
		jobs := func(ctx context.Context) iter.Seq2[*job[C, R], error] { return s.jobs(ctx, files, free) }
		id := dataset.ID{First: dataset.NoTime, Last: dataset.NoTime}
		for j, err := range InOrder(ctx, s.Workers, jobs, s.do) {
			var part Part[R]
			if err == nil {
				part, err = s.part(&id, files[j.file], j)
			}
			if !yield(part, err) || err != nil {
				return
			}
			free <- j.block
		}
	}
}

// jobs cuts the files into blocks.
func (s *Scan[C, R]) jobs(ctx context.Context, files []*File, free <-chan *Block) iter.Seq2[*job[C, R], error] {
	return func(yield func(*job[C, R], error) bool) {
		for i, f := range files {
			for j, err := range s.cut(ctx, i, f, free) {
				if !yield(j, err) || err != nil {
					return
				}
			}
		}
	}
}

// cut cuts one file into blocks.
func (s *Scan[C, R]) cut(ctx context.Context, index int, f *File, free <-chan *Block) iter.Seq2[*job[C, R], error] {
	return func(yield func(*job[C, R], error) bool) {
		l, err := newLayout(f, s.Time, s.Columns, s.Categories, s.Optional, s.Texts)
		if err != nil {
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
		words := make(chan word[C], 1)
		words <- word[C]{}
		for err == nil {
			j := &job[C, R]{file: index, before: words}
			select {
			case j.block = <-free:
			case <-ctx.Done():
				return
			}
			if err = c.next(j.block); err == io.EOF {
				j.xxh64 = fmt.Sprintf("%016x", c.hash.Sum64())
				yield(j, nil)
				return
			}
			words = make(chan word[C], 1)
			j.after = words
			j.block.File, j.block.layout = index, l
			if err == nil && !yield(j, nil) {
				return
			}
		}
		yield(nil, err)
	}
}

// do parses a block and has its result made. The next block gets its word even
// if that fails.
func (s *Scan[C, R]) do(j *job[C, R]) (*job[C, R], error) {
	if j.xxh64 != "" {
		return j, nil
	}
	err := j.block.parse()
	before := <-j.before
	if err != nil {
		j.after <- before
		return nil, err
	}
	j.block.Row = before.row
	carry, result, err := s.Work(j.block, before.carry)
	j.after <- word[C]{before.row + int64(j.block.Rows), carry}
	if err == nil {
		j.result, err = result()
	}
	return j, err
}

// part makes the part of a job, and includes it in what is known of its file.
func (s *Scan[C, R]) part(id *dataset.ID, f *File, j *job[C, R]) (part Part[R], err error) {
	part.File = j.file
	if j.xxh64 == "" {
		part.Result, part.Bytes = j.result, len(j.block.data)
		return part, s.follow(id, j.block)
	}
	if id.Rows == 0 {
		return part, fmt.Errorf("%s: no data rows", f.Path)
	}
	id.Name, id.XXH64 = f.Name, j.xxh64
	part.End = new(dataset.ID)
	*part.End, *id = *id, dataset.ID{First: dataset.NoTime, Last: dataset.NoTime}
	return part, nil
}

// follow includes a block in what is known of its file.
func (s *Scan[C, R]) follow(id *dataset.ID, b *Block) error {
	if n := len(b.Times); n > 0 {
		if id.Rows == 0 {
			id.First = b.Times[0]
		} else if b.Times[0] < id.Last {
			return b.Errorf(0, s.Time, "%w", goesBack(b.Times[0], id.Last))
		}
		id.Last = b.Times[n-1]
	}
	id.Rows += int64(b.Rows)
	id.Sketch.Merge(b.sketch)
	return nil
}
