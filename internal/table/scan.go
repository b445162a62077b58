// Package table reads CSV files as ordered blocks of float64 columns, on all
// cores, in constant memory, and writes them.
//
// How a block travels (Scan.Parts): one goroutine cuts the files, in order, into
// blocks of whole rows (cutter.next) and queues each twice: for the workers,
// and in order. A worker parses the block (Block.parse), waits for word from
// the block before it, passes word on to the next, and finishes its result
// meanwhile. The loop over the parts takes the results in order and gives the
// blocks' memory back to the cutter. Nothing depends on which worker is first.
package table

import (
	"context"
	"fmt"
	"io"
	"iter"
	"sync"

	"mlpipeline/internal/dataset"
)

// Scan is one pass over files. C is what a block must know of the rows before
// it in the same file; R is what is made of a block.
type Scan[C, R any] struct {
	Time    string   // the time column; "" for none
	Columns []string // the numeric columns, in the order of Block.Cols
	Workers int

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

// job is a block on its way.
type job[C, R any] struct {
	block  *Block
	before <-chan word[C]
	after  chan<- word[C]
	done   chan struct{}
	result R
	err    error
}

// word is what a block tells the next one.
type word[C any] struct {
	row   int64
	carry C
}

// fileEnd follows the last block of a file.
type fileEnd struct {
	xxh64 string
	block *Block // into which nothing was read
}

// Parts scans the files and yields their parts, in order. The first error in the
// order of the rows is the last thing that it yields.
//
// When the loop over the parts ends, for whatever reason, no worker is left. The
// goroutine that reads ends too, after the read that it is in.
func (s *Scan[C, R]) Parts(ctx context.Context, files []*File) iter.Seq2[Part[R], error] {
	return func(yield func(Part[R], error) bool) {
		inFlight := 2*s.Workers + 2
		free := make(chan *Block, inFlight)
		for range inFlight {
			free <- &Block{Cols: make([][]float64, len(s.Columns))}
		}
		jobs := make(chan *job[C, R], inFlight)
		ordered := make(chan any, inFlight) // *job, fileEnd, or the error that ends it
		var workers sync.WaitGroup
		defer workers.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			defer close(ordered)
			defer close(jobs)
			for i, f := range files {
				if err := s.cut(ctx, i, f, free, jobs, ordered); err != nil {
					select {
					case ordered <- err:
					case <-ctx.Done():
					}
					return
				}
			}
		}()
		for range s.Workers {
			workers.Go(func() { s.work(ctx, jobs) })
		}
		if err := s.merge(ctx, files, free, ordered, yield); err != nil {
			yield(Part[R]{}, err)
		}
	}
}

// cut queues the blocks of one file.
func (s *Scan[C, R]) cut(ctx context.Context, index int, f *File, free <-chan *Block, jobs chan<- *job[C, R],
	ordered chan<- any) error {
	l, err := newLayout(f, s.Time, s.Columns, s.Optional, s.Texts)
	if err != nil {
		return err
	}
	r := f.stream
	if r == nil {
		file, _, err := f.reader(nil)
		if err != nil {
			return err
		}
		defer file.Close()
		r = file
	}
	c, err := newCutter(f, r)
	if err != nil {
		return err
	}
	words := make(chan word[C], 1)
	words <- word[C]{}
	for {
		var b *Block
		select {
		case b = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := c.next(b); err == io.EOF {
			ordered <- fileEnd{fmt.Sprintf("%016x", c.hash.Sum64()), b}
			return nil
		} else if err != nil {
			return err
		}
		b.File, b.layout = index, l
		next := make(chan word[C], 1)
		j := &job[C, R]{block: b, before: words, after: next, done: make(chan struct{})}
		words = next
		// Neither can block, nor can the end above: they are no more than blocks.
		jobs <- j
		ordered <- j
	}
}

// work takes up jobs, in order.
func (s *Scan[C, R]) work(ctx context.Context, jobs <-chan *job[C, R]) {
	for {
		select {
		case j, more := <-jobs:
			if !more {
				return
			}
			j.result, j.err = s.do(j)
			close(j.done)
		case <-ctx.Done():
			return
		}
	}
}

// do parses a block and has its result made. The next block gets its word even
// if that fails.
func (s *Scan[C, R]) do(j *job[C, R]) (r R, err error) {
	err = j.block.parse()
	before := <-j.before
	if err != nil {
		j.after <- before
		return r, err
	}
	j.block.Row = before.row
	carry, result, err := s.Work(j.block, before.carry)
	j.after <- word[C]{before.row + int64(j.block.Rows), carry}
	if err != nil {
		return r, err
	}
	return result()
}

// merge yields the results in order. Its error is one that nobody has heard of.
func (s *Scan[C, R]) merge(ctx context.Context, files []*File, free chan<- *Block, ordered <-chan any,
	yield func(Part[R], error) bool) error {
	file := 0
	id := dataset.ID{First: dataset.NoTime, Last: dataset.NoTime}
	for {
		var next any
		more := false
		select {
		case next, more = <-ordered:
		case <-ctx.Done(): // even while the cutter waits for standard input
		}
		if err := ctx.Err(); err != nil || !more {
			return err
		}
		part := Part[R]{File: file}
		var block *Block
		switch item := next.(type) {
		case error:
			return item
		case fileEnd:
			if id.Rows == 0 {
				return fmt.Errorf("%s: no data rows", files[file].Path)
			}
			id.Name, id.XXH64 = files[file].Name, item.xxh64
			part.End, block = new(dataset.ID), item.block
			*part.End = id
			file++
			id = dataset.ID{First: dataset.NoTime, Last: dataset.NoTime}
		case *job[C, R]:
			select {
			case <-item.done:
			case <-ctx.Done(): // the workers may have left
				return ctx.Err()
			}
			block = item.block
			if item.err != nil {
				return item.err
			}
			if err := s.follow(&id, block); err != nil {
				return err
			}
			part.Result, part.Bytes = item.result, len(block.data)
		}
		if !yield(part, nil) {
			return nil
		}
		free <- block
	}
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
