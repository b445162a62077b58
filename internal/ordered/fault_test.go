package ordered

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
)

// A panic in a worker, in what gives the items or in Each is an error that says where.
func TestFault(t *testing.T) {
	items := func(bad int) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range 100 {
				if i == bad {
					panic("no item")
				}
				if !yield(i, nil) {
					return
				}
			}
		}
	}
	each := func(from, bad int) (err error) {
		work := func(i int) (int, error) { return 100 / (bad - i), nil }
		for _, err := range Map(context.Background(), 4, items(from), work) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	all := func() (err error) {
		defer Recover(&err)
		Each(100, func(i int) {
			if i == 70 {
				panic(errors.New("no more"))
			}
		})
		return nil
	}
	for want, err := range map[string]error{
		"integer divide by zero (fault_test.go:": each(-1, 50),
		"no item (fault_test.go:":                each(60, -1),
		"no more (fault_test.go:":                all(),
	} {
		var fault Fault
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), "this is a fault of the program") {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := each(-1, 200); err != nil {
		t.Error(err)
	}
}
