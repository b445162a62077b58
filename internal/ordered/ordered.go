// Package ordered does work on all cores and hands on the results in order.
package ordered

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// Map hands items to work on several goroutines and yields the results in
// the order of the items. The first error in that order, of an item or of work,
// is the last thing that it yields.
//
// When the loop over the results ends, for whatever reason, no worker is left.
// The goroutine that asks for items is told by the context that it hands them, and
// ends after the one that it is at.
func Map[T, R any](ctx context.Context, workers int, items func(context.Context) iter.Seq2[T, error],
	work func(T) (R, error)) iter.Seq2[R, error] {
	type job struct {
		item   T
		done   chan struct{}
		result R
		err    error
	}
	return func(yield func(R, error) bool) {
		var none R
		jobs, ordered := make(chan *job, 2*workers), make(chan *job, 2*workers)
		var running sync.WaitGroup
		defer running.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			defer close(ordered)
			defer close(jobs)
			var fault error
			defer func() {
				if fault != nil {
					j := &job{err: fault, done: make(chan struct{})}
					close(j.done)
					select {
					case ordered <- j:
					case <-ctx.Done():
					}
				}
			}()
			defer Recover(&fault)
			for item, err := range items(ctx) {
				j := &job{item: item, err: err, done: make(chan struct{})}
				select {
				case ordered <- j:
				case <-ctx.Done():
					return
				}
				if err != nil {
					close(j.done)
					return
				}
				select {
				case jobs <- j:
				case <-ctx.Done():
					return
				}
			}
		}()
		for range workers {
			running.Go(func() {
				for {
					select {
					case j, more := <-jobs:
						if !more {
							return
						}
						j.result, j.err = guarded(work, j.item)
						close(j.done)
					case <-ctx.Done():
						return
					}
				}
			})
		}
		for {
			var j *job
			more := false
			select {
			case j, more = <-ordered:
			case <-ctx.Done(): // even while the items wait for standard input
			}
			if more {
				select {
				case <-j.done:
				case <-ctx.Done(): // the workers may have left
				}
			}
			switch err := ctx.Err(); {
			case err != nil:
				yield(none, err)
				return
			case !more:
				return
			case j.err != nil:
				yield(none, j.err)
				return
			}
			if !yield(j.result, nil) {
				return
			}
		}
	}
}

// guarded makes an error of a panic of work.
func guarded[T, R any](work func(T) (R, error), item T) (result R, err error) {
	defer Recover(&err)
	return work(item)
}

// Each calls work for 0 to n−1, on all cores. A panic in it is one here.
func Each(n int, work func(i int)) {
	var next atomic.Int64
	var fault error
	var once sync.Once
	var workers sync.WaitGroup
	one := func(i int) (err error) {
		defer Recover(&err)
		work(i)
		return nil
	}
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := one(i); err != nil {
					once.Do(func() { fault = err })
				}
			}
		})
	}
	workers.Wait()
	if fault != nil {
		panic(fault)
	}
}

// Fault is a panic that was caught.
type Fault struct {
	value any
	where string // in this program
}

func (f *Fault) Error() string {
	return fmt.Sprintf("this is a fault of the program, not of what it was given: %v (%s)", f.value, f.where)
}

// Recover makes of a panic an error that says where it was: defer ordered.Recover(&err).
func Recover(err *error) {
	value := recover()
	if fault, again := value.(*Fault); again {
		*err = fault
		return
	}
	if value == nil {
		return
	}
	calls := make([]uintptr, 64)
	frames := runtime.CallersFrames(calls[:runtime.Callers(2, calls)])
	fault := &Fault{value: value}
	panicked := false
	for {
		frame, more := frames.Next()
		if panicked && fault.where == "" && !strings.HasPrefix(frame.Function, "runtime.") {
			fault.where = fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		panicked = panicked || frame.Function == "runtime.gopanic"
		if !more {
			break
		}
	}
	*err = fault
}
