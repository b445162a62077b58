// Package table reads CSV files as ordered blocks of float64 columns, on all
// cores, in constant memory, and writes them.
//
// How a block travels (Scan.Run): one goroutine cuts the files, in order, into
// blocks of whole rows (cutter.next) and queues each twice: for the workers,
// and in order. A worker parses the block (Block.parse), waits for word from
// the block before it, passes word on to the next, and works on its block
// meanwhile. The calling goroutine takes the results in order and gives the
// block's memory back to the cutter. Nothing depends on which worker is first.
package table

import (
	"context"
	"fmt"
	"io"

	"mlpipeline/internal/dataset"
)

// Scan is one pass over files. C is what a block must know of the rows before
// it in the same file; R is what is made of a block.
type Scan[C, R any] struct {
	Time    string   // the time column; "" for none
	Columns []string // the numeric columns, in the order of Block.Cols
	Workers int

	// Work makes a result of a block, on any worker. It is told what the block
	// before passed on (the zero C at the beginning of a file) and calls pass,
	// once and as early as it can, for the block after.
	Work func(b *Block, before C, pass func(C)) (R, error)
	// Merge takes the results in order.
	Merge func(file int, r R) error
	// Done is told what a file was, after its last block. A file without rows
	// is an error before that.
	Done func(file int, id dataset.ID) error
	// Progress, if not nil, is told of bytes that have been worked on.
	Progress func(bytes int)
}

// job is a block on its way, or the end of a file, or the reader's last word.
type job[C, R any] struct {
	block  *Block
	before <-chan word[C]
	after  chan<- word[C]
	done   chan struct{}
	result R
	err    error
	hash   string // end of a file
}

// word is what a block tells the next one.
type word[C any] struct {
	row   int64
	carry C
}

// Run scans the files. The first error in the order of the rows ends it.
func (s *Scan[C, R]) Run(ctx context.Context, files []*File) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	inFlight := 2*s.Workers + 2
	free := make(chan *Block, inFlight)
	for range inFlight {
		free <- &Block{Cols: make([][]float64, len(s.Columns))}
	}
	jobs := make(chan *job[C, R], inFlight)
	ordered := make(chan *job[C, R], inFlight)
	go func() {
		defer close(ordered)
		defer close(jobs)
		for i, f := range files {
			if err := s.cut(ctx, i, f, free, jobs, ordered); err != nil {
				select {
				case ordered <- &job[C, R]{err: err}:
				case <-ctx.Done():
				}
				return
			}
		}
	}()
	for range s.Workers {
		go func() {
			for j := range jobs {
				s.work(j)
			}
		}()
	}
	return s.merge(ctx, files, free, ordered)
}

// cut queues the blocks of one file.
func (s *Scan[C, R]) cut(ctx context.Context, index int, f *File, free <-chan *Block, jobs, ordered chan<- *job[C, R]) error {
	l, err := newLayout(f, s.Time, s.Columns)
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
			select {
			case ordered <- &job[C, R]{block: b, hash: fmt.Sprintf("%016x", c.hash.Sum64())}:
			case <-ctx.Done():
			}
			return ctx.Err()
		} else if err != nil {
			return err
		}
		b.File, b.layout = index, l
		next := make(chan word[C], 1)
		j := &job[C, R]{block: b, before: words, after: next, done: make(chan struct{})}
		words = next
		// Neither can block: there are no more jobs than blocks.
		jobs <- j
		ordered <- j
	}
}

// work parses a block and has a result made of it.
func (s *Scan[C, R]) work(j *job[C, R]) {
	defer close(j.done)
	err := j.block.parse()
	before := <-j.before
	passed := false
	pass := func(c C) {
		if !passed {
			passed = true
			j.after <- word[C]{before.row + int64(j.block.Rows), c}
		}
	}
	defer func() { pass(before.carry) }()
	if err != nil {
		j.err = err
		return
	}
	j.block.Row = before.row
	j.result, j.err = s.Work(j.block, before.carry, pass)
}

// merge takes the results in order.
func (s *Scan[C, R]) merge(ctx context.Context, files []*File, free chan<- *Block, ordered <-chan *job[C, R]) error {
	file := 0
	id := dataset.ID{First: dataset.NoTime, Last: dataset.NoTime}
	for {
		var j *job[C, R]
		var more bool
		select {
		case j, more = <-ordered:
		case <-ctx.Done(): // even while the cutter waits for standard input
		}
		if err := ctx.Err(); err != nil || !more {
			return err
		}
		if j.done != nil {
			<-j.done
		}
		switch {
		case j.err != nil:
			return j.err
		case j.hash != "":
			if id.Rows == 0 {
				return fmt.Errorf("%s: no data rows", files[file].Path)
			}
			id.Name, id.XXH64 = files[file].Name, j.hash
			if err := s.Done(file, id); err != nil {
				return err
			}
			file++
			id = dataset.ID{First: dataset.NoTime, Last: dataset.NoTime}
		default:
			b := j.block
			if b.Rows == 0 {
				break
			}
			if n := len(b.Times); n > 0 {
				if id.Rows == 0 {
					id.First = b.Times[0]
				} else if b.Times[0] < id.Last {
					return b.Errorf(0, s.Time, "%w", goesBack(b.Times[0], id.Last))
				}
				id.Last = b.Times[n-1]
			}
			id.Rows += int64(b.Rows)
			if err := s.Merge(file, j.result); err != nil {
				return err
			}
			if s.Progress != nil {
				s.Progress(len(b.data))
			}
		}
		free <- j.block
	}
}
