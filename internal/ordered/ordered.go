// Package ordered does work on all cores and hands on the results in order.
package ordered

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"
	"strings"
)

// Map hands items to work on several goroutines and yields the results in
// the order of the items. The first error in that order, of an item or of work,
// is the last thing that it yields.
//
// When the loop over the results ends, for whatever reason, no worker is left. The goroutine
// that asks for items ends after the one that it is at.
func Map[T, R any](ctx context.Context, workers int, items iter.Seq2[T, error], work func(T) (R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		ordered, busy := make(chan chan result[R], 2*workers), make(chan struct{}, workers)
		defer func() {
			cancel()
			for range workers { // which nobody can be any more
				busy <- struct{}{}
			}
		}()
		go func() {
			defer close(ordered)
			var failed error // of the items, as a panic of theirs is
			defer func() {
				if failed != nil {
					c := make(chan result[R], 1)
					c <- result[R]{err: failed}
					send(ctx, ordered, c)
				}
			}()
			defer Recover(&failed)
			for item, err := range items {
				c := make(chan result[R], 1)
				// In order: an item may wait for what the one before leaves.
				if failed = err; err != nil || !send(ctx, ordered, c) || !send(ctx, busy, struct{}{}) {
					return
				}
				go func() {
					var got result[R]
					defer func() { c <- got; <-busy }()
					defer Recover(&got.err)
					got.value, got.err = work(item)
				}()
			}
		}()
		for {
			var got result[R]
			next := receive(ctx, ordered) // even while the items wait for standard input
			if next != nil {
				got = receive(ctx, next) // the workers may have left
			}
			if err := cmp.Or(ctx.Err(), got.err); err != nil {
				var none R
				yield(none, err)
				return
			}
			if next == nil || !yield(got.value, nil) {
				return
			}
		}
	}
}

type result[R any] struct {
	value R
	err   error
}

// send sends, unless nobody waits for it any more.
func send[T any](ctx context.Context, c chan<- T, v T) bool {
	select {
	case c <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

// receive receives, if anything comes before the context ends.
func receive[T any](ctx context.Context, c <-chan T) (v T) {
	select {
	case v = <-c:
	case <-ctx.Done():
	}
	return v
}

// Each calls work for 0 to n−1, on all cores. A panic in it is one here.
func Each(n int, work func(i int)) { EachOf(n, runtime.GOMAXPROCS(0), work) }

// EachOf does the same on so many goroutines.
func EachOf(n, workers int, work func(i int)) {
	numbers := func(yield func(int, error) bool) {
		for i := 0; i < n && yield(i, nil); i++ {
		}
	}
	one := func(i int) (struct{}, error) { work(i); return struct{}{}, nil }
	for _, err := range Map(context.Background(), workers, numbers, one) {
		if err != nil {
			panic(err)
		}
	}
}

// Fault is a panic that was caught.
type Fault struct{ error }

// Recover makes of a panic an error that says where in this program it was: defer
// ordered.Recover(&err).
func Recover(err *error) {
	value := recover()
	if value == nil {
		return
	}
	if fault, again := value.(Fault); again {
		*err = fault
		return
	}
	calls := make([]uintptr, 64)
	frames := runtime.CallersFrames(calls[:runtime.Callers(2, calls)])
	frame, more := frames.Next()
	for more && strings.HasPrefix(frame.Function, "runtime.") {
		frame, more = frames.Next()
	}
	*err = Fault{fmt.Errorf("this is a fault of the program, not of what it was given: %v (%s:%d)", value,
		filepath.Base(frame.File), frame.Line)}
}
