package design

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/table"
	"mlpipeline/internal/testutil"
)

func ExampleScan() {
	d := Design{Target: "load", Time: "t", Features: []string{"wind"}, Lags: []int{1}, Missing: Drop}
	files, err := table.Open([]string{"-"},
		strings.NewReader("t,load,wind\n2020-01-01,10,1\n2020-01-02,11,2\n2020-01-03,12,\n2020-01-04,13,4\n"), "t")
	if err != nil {
		panic(err)
	}
	scan := Scan[string]{Design: &d, Workers: 1,
		Work:  func(r *Rows) (string, error) { return fmt.Sprint(d.Names(), r.X, r.Y), nil },
		Merge: func(file *string, block string) { *file += block },
	}
	for file, err := range scan.Files(context.Background(), files) {
		if err != nil {
			panic(err)
		}
		fmt.Println(file.Sum)
		fmt.Println(file.Used, "of", file.Rows, "used; left out:", file.Left)
	}
	// Output:
	// [wind load_lag_1] [[2 4] [10 12]] [11 13]
	// 2 of 4 used; left out: 1 without a feature, 1 without a lag
}

// scanned scans files that are given as text.
func scanned[R any](t *testing.T, scan *Scan[R], csv ...string) (results []*Result[R], err error) {
	t.Helper()
	for _, text := range csv {
		files := testutil.Must(table.Open([]string{"-"}, strings.NewReader(text), scan.Time))(t)
		for file, err := range scan.Files(context.Background(), files) {
			if err != nil {
				return nil, err
			}
			results = append(results, file)
		}
	}
	return results, nil
}

func appendTo(file *[]string, block []string) { *file = append(*file, block...) }

// Harmonics are sin and cos of whole multiples of the phase, before 1970 too; their error is
// what the ranks and the constant columns count on.
func TestHarmonics(t *testing.T) {
	times := make([]dataset.Time, 1000)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range times {
		times[i] = dataset.Time(random.Int64N(8e15) - 4e15)
	}
	const annual, daily = maxHarmonics, 2
	cols := make([][]float64, 2*(annual+daily))
	for j := range cols {
		cols[j] = make([]float64, len(times))
	}
	Harmonics(cols, annual, daily, times)
	worst := 0.0
	for pair := range annual + daily {
		k, period := int64(pair+1), int64(Year)
		if pair >= annual {
			k, period = k-annual, day
		}
		for i, at := range times {
			sin, cos := math.Sincos(2 * math.Pi * float64(int64(at)%period*k%period) / float64(period))
			worst = max(worst, math.Abs(cols[2*pair][i]-sin), math.Abs(cols[2*pair+1][i]-cos))
		}
	}
	if worst > HarmonicError || worst < HarmonicError/4 {
		t.Errorf("the error is %v·2⁻⁵³, its bound %v·2⁻⁵³", worst*0x1p53, HarmonicError*0x1p53)
	}
}

func TestCheck(t *testing.T) {
	good := Design{Target: "y", Time: "t", Features: []string{"a"}, Annual: 1, Lags: []int{1}, Missing: Drop}
	testutil.OK(t, good.Check())
	for want, change := range map[string]func(*Design){
		`the feature "a" comes twice`:                func(d *Design) { d.Features = []string{"a", "a"} },
		`the lags [2 1] are not ascending`:           func(d *Design) { d.Lags = []int{2, 1} },
		`the missing policy "?" is none of`:          func(d *Design) { d.Missing = "?" },
		`"y" cannot be both the target and the time`: func(d *Design) { d.Time = "y" },
		`1 pairs of harmonics of the year and 51 of`: func(d *Design) { d.Daily = 51 },
	} {
		d := good
		change(&d)
		testutil.Fails(t, d.Check(), want)
	}
}

// The limits themselves are allowed, and columns stand where they are said to.
func TestColumns(t *testing.T) {
	d := Design{Target: "y", Time: "t", Features: []string{"a", "b"}, Annual: 50, Daily: 50, Lags: []int{1, 10000}, Missing: Drop}
	testutil.OK(t, d.Check())
	testutil.Refused(ParseLags("1,10001"))(t, "is not a whole number from 1 to 10000")
	names := d.Names()
	from, to := d.Harmonics()
	if from != 2 || to != 202 || names[from] != "annual_sin_1" || names[to-1] != "daily_cos_50" || names[to] != "y_lag_1" ||
		len(names) != 204 {
		t.Errorf("harmonics from %d to %d of %d columns", from, to, len(names))
	}
}

// Rows that are left out are counted by reason, with the steps between all, over
// the borders of blocks; lags reach over these; the row before is told where it is asked for.
func TestTally(t *testing.T) {
	const n = 30000
	var b strings.Builder
	b.WriteString("t,x,y\n")
	for i := range n {
		x, y, at := "1", fmt.Sprint(i), i
		switch {
		case i%100 == 10:
			x = ""
		case i%100 == 20:
			y = ""
		case i%100 == 30:
			x, y = "", ""
		}
		if i >= n/2 {
			at += 5 // one gap
		}
		fmt.Fprintf(&b, "%s,%s,%s\n", time.Unix(int64(at)*60, 0).UTC().Format(time.RFC3339), x, y)
	}
	d := Design{Target: "y", Time: "t", Features: []string{"x"}, Lags: []int{2}, Missing: Drop}
	for _, unknown := range []bool{false, true} {
		scan := Scan[int]{Design: &d, Workers: 2, Unknown: unknown, Previous: true,
			Work: func(r *Rows) (bad int, err error) {
				for i := range r.N {
					row := r.Index(i)
					want := float64(row - 1)
					if (row-1)%100 == 20 || (row-1)%100 == 30 {
						want = math.NaN()
					}
					if got := r.Prev[i]; got != want && !(math.IsNaN(got) && math.IsNaN(want)) || r.X[1][i] != float64(row-2) {
						bad++
					}
				}
				return bad, nil
			}}
		blocks := 0
		scan.Each = func(_ int, bad *int) error {
			if blocks++; *bad > 0 {
				return fmt.Errorf("%d rows have other rows before them", *bad)
			}
			return nil
		}
		files := testutil.Must(scanned(t, &scan, b.String()))(t)
		for _, file := range files {
			// Rows 22, 32, … of every hundred lack their lag; the first two too.
			left := dataset.Left{NoTarget: n / 50, MissingFeature: n / 100, MissingLag: n/50 + 2}
			used := int64(n) - left.Total()
			if unknown {
				used += n / 100 // those without a target and with their feature and lag
			}
			if file.Left != left || file.Used != used {
				t.Errorf("unknown %v: %+v and %d used, want %+v and %d", unknown, file.Left, file.Used, left, used)
			}
			if step, rows := file.Steps.Irregular(); rows != 1 || step != time.Minute {
				t.Errorf("%d rows are not one step of %v after", rows, step)
			}
		}
		if blocks < 3 {
			t.Errorf("%d blocks only", blocks)
		}
	}
}
