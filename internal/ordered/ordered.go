// Package ordered does work on all cores and hands on the results in order.
package ordered

import (
	"context"
	"iter"
	"sync"
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
						j.result, j.err = work(j.item)
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
