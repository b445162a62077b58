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

// collect scans a file of n rows and returns rows of X and y as text.
func collect(t *testing.T, d Design, csv string, workers int, unknown bool) []string {
	t.Helper()
	scan := Scan[[]string]{Design: &d, Workers: workers, Unknown: unknown, Merge: appendTo,
		Work: func(r *Rows) (rows []string, err error) {
			for i := range r.N {
				row := fmt.Sprintf("%d/%d:", r.UsedBefore+int64(i), r.Index(i))
				for _, x := range r.X {
					row += fmt.Sprintf(" %.6g", x[i])
				}
				rows = append(rows, fmt.Sprintf("%s → %g", row, r.Y[i]))
			}
			return rows, nil
		},
	}
	files := testutil.Must(scanned(t, &scan, csv))(t)
	file := files[0]
	if file.Used != int64(len(file.Sum)) || !unknown && file.Used+file.Left.Total() != file.Rows {
		t.Errorf("%d rows used, %d seen, %d left out of %d", file.Used, len(file.Sum), file.Left.Total(), file.Rows)
	}
	return file.Sum
}

func appendTo(file *[]string, block []string) { *file = append(*file, block...) }

// A block of which no row is used is not one of which all are.
func TestAllDropped(t *testing.T) {
	d := Design{Target: "y", Time: "t", Features: []string{"x"}, Missing: Drop}
	var b strings.Builder
	b.WriteString("t,x,y\n")
	const n = 30000
	for i := range n {
		y := ""
		if i >= n/2 {
			y = "1"
		}
		fmt.Fprintf(&b, "%s,1,%s\n", time.Unix(int64(i)*60, 0).UTC().Format(time.RFC3339), y)
	}
	if got := collect(t, d, b.String(), 2, false); len(got) != n/2 ||
		!strings.HasPrefix(got[0], fmt.Sprintf("0/%d:", n/2)) {
		t.Errorf("%d rows, the first %s", len(got), got[0])
	}
	d.Lags = []int{1, 7}
	if got := collect(t, d, "t,x,y\n2020-01-01,1,1\n2020-01-02,1,1\n", 1, false); len(got) != 0 {
		t.Errorf("rows without their lags: %v", got)
	}
}

// What becomes of a row that lacks its feature or its target.
func TestMissing(t *testing.T) {
	in := "t,x,y\n2020-01-01,1,10\n2020-01-02,,20\n2020-01-03,3,\n2020-01-04,4,40\n"
	d := Design{Target: "y", Time: "t", Features: []string{"x"}}
	for _, c := range []struct {
		policy  Policy
		unknown bool
		want    string
	}{
		{Drop, false, "[0/0: 1 → 10 1/3: 4 → 40]"},
		{Drop, true, "[0/0: 1 → 10 1/2: 3 → NaN 2/3: 4 → 40]"},
		{Mean, false, "[0/0: 1 → 10 1/1: NaN → 20 2/3: 4 → 40]"},
	} {
		d.Missing = c.policy
		if got := fmt.Sprint(collect(t, d, in, 1, c.unknown)); got != c.want {
			t.Errorf("%s, %v: %s, want %s", c.policy, c.unknown, got, c.want)
		}
	}
	d.Missing = Error
	_, err := scanned(t, &Scan[struct{}]{Design: &d, Workers: 1}, in)
	testutil.Fails(t, err, `-:3: column "x": is missing; use -missing drop or -missing mean`)
	files := testutil.Must(scanned(t, &Scan[struct{}]{Design: &d, Workers: 1}, strings.Replace(in, ",,20", ",2,20", 1)))(t)
	if left := files[0].Left; left.NoTarget != 1 {
		t.Errorf("%+v", left)
	}
}

// Harmonics are sin and cos of whole multiples of the phase, before 1970 too.
func TestHarmonics(t *testing.T) {
	cols := make([][]float64, 10)
	for j := range cols {
		cols[j] = make([]float64, 1)
	}
	for _, s := range []string{"1970-01-01T00:00:00Z", "2024-07-01T15:30:00Z", "1850-03-01T06:00:00Z",
		"2500-12-31T23:59:00Z"} {
		when := testutil.Must(dataset.ParseTime(s))(t)
		Harmonics(cols, 3, 2, []dataset.Time{when})
		for k := 1; k <= 3; k++ {
			angle := 2 * math.Pi * float64(k) * math.Mod(float64(when)/1e6, 365.2425*86400) / (365.2425 * 86400)
			if math.Abs(cols[2*k-2][0]-math.Sin(angle)) > 1e-12 || math.Abs(cols[2*k-1][0]-math.Cos(angle)) > 1e-12 {
				t.Errorf("%s: annual pair %d is %v, %v", s, k, cols[2*k-2][0], cols[2*k-1][0])
			}
		}
		for k := 1; k <= 2; k++ {
			angle := 2 * math.Pi * float64(k) * math.Mod(float64(when)/1e6, 86400) / 86400
			if math.Abs(cols[4+2*k][0]-math.Sin(angle)) > 1e-12 || math.Abs(cols[5+2*k][0]-math.Cos(angle)) > 1e-12 {
				t.Errorf("%s: daily pair %d is %v, %v", s, k, cols[4+2*k][0], cols[5+2*k][0])
			}
		}
	}
}

// The error of the last pair is what the ranks and the constant columns count on.
func TestHarmonicError(t *testing.T) {
	times := make([]dataset.Time, 1000)
	cols := make([][]float64, 2*maxHarmonics)
	for j := range cols {
		cols[j] = make([]float64, len(times))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range times {
		times[i] = dataset.Time(random.Int64N(4e15))
	}
	worst := 0.0
	Harmonics(cols, maxHarmonics, 0, times)
	for i, at := range times {
		phase := int64(at) % int64(Year) * maxHarmonics % int64(Year)
		sin, cos := math.Sincos(2 * math.Pi * float64(phase) / Year)
		worst = max(worst, math.Abs(cols[len(cols)-2][i]-sin), math.Abs(cols[len(cols)-1][i]-cos))
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

func TestParseLags(t *testing.T) {
	for list, want := range map[string]string{"": "[]", "7,1, 2,1": "[1 2 7]", "10000": "[10000]"} {
		if got, err := ParseLags(list); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q: %v, %v", list, got, err)
		}
	}
	for _, list := range []string{"0", "10001", "1,,2", "x", "1.5", "-1"} {
		if got, err := ParseLags(list); err == nil {
			t.Errorf("%q passes as %v", list, got)
		}
	}
}

// The limits themselves are allowed, and columns stand where they are said to.
func TestColumns(t *testing.T) {
	d := Design{Target: "y", Time: "t", Features: []string{"a", "b"}, Annual: 50, Daily: 50, Lags: []int{1, 10000}, Missing: Drop}
	testutil.OK(t, d.Check())
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

// A scan of all rows tells of every row of the file, in order, whether it is used and
// if not, why; the target may be absent.
func TestEvery(t *testing.T) {
	var b strings.Builder
	b.WriteString("t,x,y,name\n")
	var want []string // y, name, why
	const n = 30000
	for i := range n {
		x, y, why := "1", fmt.Sprint(i), ""
		switch {
		case i < 2 || i%100 == 12:
			why = "y_lag_2 is missing"
		case i%100 == 20:
			x, why = "", "x is missing"
		}
		if i%100 == 10 {
			y = "NaN"
		}
		fmt.Fprintf(&b, "%s,%s,%s,n%d\n", time.Unix(int64(i), 0).UTC().Format(time.RFC3339), x, y, i)
		want = append(want, fmt.Sprintf("%s n%d %s", y, i, why))
	}
	d := Design{Target: "y", Time: "t", Features: []string{"x"}, Lags: []int{2}, Missing: Drop}
	scan := Scan[[]string]{Design: &d, Workers: 2, Unknown: true, All: true, Texts: []string{"name"}, Merge: appendTo,
		Work: func(r *Rows) (got []string, err error) {
			used := 0
			for i, why := range r.Block.Why {
				got = append(got, fmt.Sprintf("%v %s %s", r.Block.Y[i], r.Block.Texts[0][i], why))
				if why == "" {
					if r.Place(used) != i || r.Times[used] != r.Block.Times[i] {
						t.Errorf("used row %d is at %d, not %d", used, r.Place(used), i)
					}
					used++
				}
			}
			if used != r.N || len(got) != r.Block.N {
				t.Errorf("%d rows are used, not %d; %d are there, not %d", r.N, used, r.Block.N, len(got))
			}
			return got, nil
		}}
	var got []string
	files := testutil.Must(scanned(t, &scan, b.String(), "x,t,name\n1,2020-01-01,a\n"))(t)
	for _, file := range files {
		got = append(got, file.Sum...)
	}
	if want = append(want, "NaN a y_lag_2 is missing"); len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("row %d: %q, want %q", i, got[i], want[i])
		}
	}
}
