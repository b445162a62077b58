package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mlpipeline/internal/moments"
	"mlpipeline/internal/testutil"
)

// Columns that follow from others as they are written in decimals are found to, whatever their
// size and however many rows there are; columns that differ from others by little more than
// their last digit are not, whatever stands beside them.
func TestRank(t *testing.T) {
	for _, n := range []int{12, 3000, 40000} {
		for _, offset := range []int64{0, 100, 1e7, 1e10} {
			r := rand.New(rand.NewPCG(uint64(n), uint64(offset)))
			d := &table{n: n, random: r}
			tenths := func(v func(i int) int64, digits int) func(i int) int64 {
				d.add(false, func(i int) float64 { return float64(v(i)) / math.Pow10(digits) })
				return v
			}
			random := func(least, most int64) func(i int) int64 {
				numbers := make([]int64, n)
				for i := range numbers {
					numbers[i] = least + r.Int64N(most)
				}
				return func(i int) int64 { return numbers[i] }
			}
			a := tenths(random(10*offset, 1000), 1)
			b := tenths(random(10*offset, 300), 1)
			c := tenths(random(0, 10*offset+100), 1)
			tenths(func(i int) int64 { return 18*a(i) + 3200 }, 2)             // °F of °C
			tenths(func(i int) int64 { return a(i) + b(i) - 3*c(i) }, 1)       // a balance
			tenths(func(i int) int64 { return 7*a(i) - 2*b(i) + c(i) + 1 }, 3) // a mixture
			all, zero := func(int) bool { return true }, make([]float64, n)
			if s, _, _ := d.fit(t, all, zero, 1); fmt.Sprint(s.dropped) != "[3 4 5]" {
				t.Errorf("%d rows, offset %d: columns %v follow from others, not 3, 4 and 5", n, offset, s.dropped)
			}

			// Half the columns' numbers, disturbed by a part in 2³⁴ of their size or so, are columns
			// of their own, beside one of a huge offset too.
			for j, x := range d.columns[:3] {
				for i, v := range x {
					d.columns[3+j][i] = v/2 + max(math.Abs(v), 100)*0x1p-34*r.NormFloat64()
				}
			}
			d.add(false, func(int) float64 { return 72793024233 + float64(r.IntN(2)) })
			if s, _, _ := d.fit(t, all, zero, 1); len(s.dropped) > 0 {
				t.Errorf("%d rows, offset %d: columns %v are taken to follow from others", n, offset, s.dropped)
			}
		}
	}
}

// table is a random design whose rank is known: columns of numbers and of levels, of
// which as many are said to follow as follow from others.
type table struct {
	n          int
	random     *rand.Rand
	columns    [][]float64
	follows    []bool
	categories []Category
}

func (d *table) add(follows bool, cell func(i int) float64) (x []float64) {
	for i := range d.n {
		x = append(x, cell(i))
	}
	d.columns, d.follows = append(d.columns, x), append(d.follows, follows)
	return x
}

// addNumbers includes independent numbers, or a walk of them.
func (d *table) addNumbers(mean, memory float64) []float64 {
	value := 0.0
	return d.add(false, func(int) float64 {
		value = memory*value + d.random.NormFloat64()
		return mean + value
	})
}

// addCategory includes the levels of a category. The first of them is its reference.
func (d *table) addCategory(levels int, follows bool, level func(i int) int) {
	from := len(d.columns)
	for l := range levels {
		d.add(follows || l == 0, func(i int) float64 {
			if level(i) == l {
				return 1
			}
			return 0
		})
	}
	d.categories = append(d.categories, Category{fmt.Sprint("c", from), from, from + levels, from})
}

// randomTable returns a table of up to so many rows and columns: its kind is its seed's.
func randomTable(seed uint64, rows, most int) *table {
	r := rand.New(rand.NewPCG(seed, 99))
	d := &table{n: 100 + r.IntN(rows-99), random: r}
	station := make([]int, d.n)
	stations := 2 + r.IntN(min(most, d.n/2)/3)
	for i := range station {
		station[i] = i % stations
		if i >= 2*stations { // some are rare
			station[i] = int(float64(stations) * math.Pow(r.Float64(), 1+float64(seed%4)))
		}
	}
	if seed%2 == 0 {
		slices.Sort(station)
	}
	regions := min(stations, 2+stations/3)
	name, region := func(i int) int { return station[i] }, func(i int) int { return station[i] % regions }
	switch seed % 5 {
	case 0:
		d.addCategory(stations, false, name)
		d.addCategory(stations, true, name)
	case 1:
		d.addCategory(regions, true, region)
		d.addCategory(stations, false, name)
	case 2:
		d.addCategory(stations, false, name)
		d.addCategory(regions, true, region)
	}
	memory := float64(seed%3) * 0.49
	a := d.addNumbers(0, memory)
	switch seed % 4 {
	case 0:
		b := d.addNumbers(float64(seed%7)*1000, memory)
		d.add(true, func(i int) float64 { return 3*a[i] + 2*b[i] })
	case 1:
		b := d.addNumbers(0, memory)
		near := d.add(false, func(i int) float64 { return a[i] + 1e-6*b[i] })
		d.columns[len(d.columns)-2], d.columns[len(d.columns)-1] = near, b
		d.follows[len(d.columns)-2], d.follows[len(d.columns)-1] = true, false
	case 2:
		d.add(true, func(i int) float64 { return a[i] * (1 + 1e-13*r.NormFloat64()) })
	case 3:
		d.add(false, func(i int) float64 { return a[i] * (1 + 1e-6*r.NormFloat64()) })
	}
	for len(d.columns) < most && r.IntN(20) > 0 {
		x, y := d.columns[len(d.columns)-1], d.columns[len(d.columns)/2]
		if r.IntN(2) == 0 {
			d.addNumbers(float64(r.IntN(100)), memory)
		} else {
			d.add(true, func(i int) float64 { return x[i] + y[i] })
		}
	}
	return d
}

// problem returns the settings and the rows [1 | Z | y] of the columns for which keep
// holds.
func (d *table) problem(keep func(j int) bool, y []float64) (set Settings, rows []float64) {
	var columns [][]float64
	for j, x := range d.columns {
		if keep(j) {
			columns = append(columns, x)
		}
	}
	set = settings(len(columns))
	if len(columns) == len(d.columns) {
		set.Categories = d.categories
	}
	for j, x := range columns {
		var m moments.Moments
		m.Add(x)
		set.Mean[j], set.Scale[j] = m.Mean.Value(), m.Std()
	}
	for i := range d.n {
		rows = append(rows, 1)
		for j, x := range columns {
			rows = append(rows, (x[i]-set.Mean[j])/set.Scale[j])
		}
		rows = append(rows, y[i])
	}
	return set, rows
}

// fit returns the solver of the columns for which keep holds, of a target, ŷ, and the
// noise. The rows come in so many files, which are merged.
func (d *table) fit(t testing.TB, keep func(j int) bool, y []float64, files int) (a *solver, predicted []float64,
	noise float64) {
	t.Helper()
	set, rows := d.problem(keep, y)
	w := len(set.Names) + 2
	var total Factor
	for k := range files {
		var f Factor
		for from, to := d.n*k/files, d.n*(k+1)/files; from < to; from += TileRows {
			f.Add(slices.Clone(rows[from*w:min(from+TileRows, to)*w]), w)
		}
		total.Merge(&f)
	}
	a = testutil.Must(set.solver(&total, 0))(t)
	x := a.solve()
	predicted = make([]float64, d.n)
	for i := range predicted {
		predicted[i] = x.b0.Value()
		for j, b := range x.b {
			predicted[i] += b.Value() * rows[i*w+1+j]
		}
	}
	return a, predicted, a.noise(a.tolerances(set.offsets()))
}

// noise returns what the columns that were dropped added to the others, over what they may:
// the largest of these ratios.
func (a *solver) noise(tolerances []tolerance) (most float64) {
	for k, j := range a.dropped {
		columns := []int{0}
		for _, i := range a.taken[:len(a.relation[k])] {
			columns = append(columns, 1+i)
		}
		r := a.f.Columns(append(columns, 1+j)).R
		adds, allowed := r[len(r)-1], tolerances[j].noise
		for i, c := range a.relation[k] {
			allowed += math.Abs(c) * tolerances[a.taken[i]].noise
		}
		most = max(most, adds/allowed)
	}
	return most
}

// check reports a rank that is not the true one, and predictions that are not those of
// the columns that do not follow from others. It returns the noise.
func (d *table) check(t testing.TB, what string) float64 {
	t.Helper()
	y := make([]float64, d.n)
	for i := range y {
		y[i] = d.random.NormFloat64()
		for j, x := range d.columns {
			y[i] += x[i] * float64(j%3) / 10
		}
	}
	var m moments.Moments
	m.Add(y)
	a, got, noise := d.fit(t, func(int) bool { return true }, y, 1+d.random.IntN(5))
	base, want, _ := d.fit(t, func(j int) bool { return !d.follows[j] }, y, 1)
	if a.rank() != base.p || base.rank() != base.p {
		t.Errorf("%s: rank %d and, of independent columns, %d: not %d", what, a.rank(), base.rank(), base.p)
	}
	alike(t, what, got, want, 1e-8*m.Std())
	return noise
}

// Whatever follows from other columns is found to, and nothing else: levels, sums, copies,
// what is amplified. Rounding stays below half of what it is allowed.
func TestRandomRanks(t *testing.T) {
	most := 0.0
	for seed := range uint64(200) {
		rows, columns := 5000, 24
		if seed%40 == 0 {
			columns = 80
		}
		d := randomTable(seed, rows, columns)
		noise := d.check(t, fmt.Sprintf("seed %d: %d rows, %d columns", seed, d.n, len(d.columns)))
		if seed%4 != 2 { // where a copy differs by more
			most = max(most, noise)
		}
	}
	if t.Log(most); most > 0.5 {
		t.Errorf("rounding is %.2f of what is allowed", most)
	}
}

// Powers as those of NIST's Filip are independent, also 1500 times over.
func TestPowers(t *testing.T) {
	d := &table{n: 82 * 1500}
	for power := range 10 {
		d.add(false, func(i int) float64 { return math.Pow(-8.781464495+float64(i%82)/81*5.649461995, float64(power+1)) })
	}
	a, _, _ := d.fit(t, func(int) bool { return true }, make([]float64, d.n), 1)
	if a.rank() != 10 {
		t.Errorf("rank %d: %v follow from others", a.rank(), a.dropped)
	}
}
