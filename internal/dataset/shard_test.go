package dataset

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"mlpipeline/internal/testutil"
)

// The parts of a list are all of it, each file once; the first ones are those of the least name.
func TestShard(t *testing.T) {
	paths := []string{"b/c.csv", "a/b.csv", "x/a.csv", "a/a.csv.gz", "d.csv"}
	var all []string
	var parts []*Shard
	for _, s := range []string{"2/3", "0/3", "1/3"} {
		var p *Shard
		testutil.OK(t, ShardFlag(&p)(s))
		mine, first := p.Choose(paths)
		if want := []string{"a/a.csv.gz", "x/a.csv"}; !slices.Equal(first, want) {
			t.Errorf("%v: first %v, want %v", p, first, want)
		}
		all, parts = append(all, mine...), append(parts, p)
	}
	if slices.Sort(all); !slices.Equal(all, slices.Sorted(slices.Values(paths))) {
		t.Errorf("the parts are %v", all)
	}
	many := []*Shard{{I: 0, N: 12, Files: 1}}
	testutil.Fails(t, Complete(many), "11 of 12 shards are missing: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …")
	for _, p := range []Shard{{I: 0, N: math.MaxInt}, {I: 3, N: 3}, {I: -1, N: 3}, {}} {
		testutil.Fails(t, Complete([]*Shard{&p}), "is none")
	}
	for want, list := range map[string][]*Shard{
		"<nil>":                    parts,
		"shard 2 of 3 comes twice": append(slices.Clone(parts), parts[0]),
	} {
		if err := Complete(list); fmt.Sprint(err) != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
	if err := Complete([]*Shard{{N: 1}}); err != nil {
		t.Error(err)
	}
	if parts[0].Unmerged("p", "x") == nil || (*Shard)(nil).Unmerged("p", "x") != nil {
		t.Error("a part passes as a whole, or the whole as a part")
	}
}
