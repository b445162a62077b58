package design

import (
	"fmt"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

var worded = Design{Target: "y", Features: []string{"w", "x", "v"}, Lags: []int{}, MaxLevels: 100,
	Categories: []Category{
		{Name: "w", Levels: []string{"rain", "sun", Other}, Pooled: []string{"fog", "snow"}},
		{Name: "v", Levels: []string{}}, // left out
	}}

// words scans a file and returns per row the column of X of the first category, and
// what became of the rows.
func words(t *testing.T, d Design, csv string) (rows []string, file Result[[]string], err error) {
	t.Helper()
	scan := Scan[[]string]{Design: &d, Workers: 2, Merge: appendTo,
		Work: func(r *Rows) (rows []string, err error) {
			c := &r.Codes[0]
			for i := range r.N {
				row := fmt.Sprint(c.Column[c.Codes[i]])
				if c.Unseen(i) {
					row += "!"
				}
				if r.Codes[1].Unseen(i) {
					row += " left out, not unseen"
				}
				rows = append(rows, row)
			}
			if r.X[0] != nil || r.X[2] != nil || r.N > 0 && r.X[3] == nil || len(r.X) != 4 || c.From != 0 || c.To != 3 {
				t.Errorf("X is %v, with levels at %d to %d", r.X, c.From, c.To)
			}
			return rows, nil
		}}
	files, err := scanned(t, &scan, csv)
	if err != nil {
		return nil, file, err
	}
	return files[0].Sum, *files[0], nil
}

// A word is the column of its level; a rare one that of the pool; one that is missing
// or not known is in no column, and the row is used as the policy says. A category
// without levels is read all the same: its missing cells count.
func TestCodes(t *testing.T) {
	const in = "v,w,x,y\na,sun,1,1\nb,fog,2,1\n,rain,3,1\nc,,4,1\nd,hail,5,1\na,snow,6,1\na,(other),7,1\na,sun,,1\na,rain,8,\n"
	d := worded
	for policy, want := range map[Policy]string{
		Drop: "[1 2 -1! 2 2]",
		Mean: "[1 2 0 -1 -1! 2 2 1]",
	} {
		d.Missing = policy
		rows, end, err := words(t, d, in)
		if err != nil || fmt.Sprint(rows) != want || end.Unseen.Cells != 1 ||
			!strings.HasPrefix(end.Unseen.String(), `1 cells of a level that the scaler has not seen ("w=hail")`) {
			t.Errorf("%s: %v, %v, want %s; %v", policy, err, rows, want, end.Unseen)
		}
		if policy == Drop && (end.Left.MissingFeature != 3 || end.Left.NoTarget != 1) {
			t.Errorf("%+v", end.Left)
		}
	}
	d.Missing = Error
	_, _, err := words(t, d, in)
	testutil.Fails(t, err, `-:4: column "v": is missing; use`)
	// Before a scaler is fitted no level is known, and none is missed.
	unfinished := worded.Unfinished()
	if names := unfinished.Names(); fmt.Sprint(names) != "[x]" || len(worded.Categories[0].Levels) != 3 {
		t.Errorf("%v, %v", names, worded.Categories)
	}
	if names := worded.Names(); fmt.Sprint(names) != "[w=rain w=sun w=(other) x]" {
		t.Errorf("%v", names)
	}
}
