package metrics

import (
	"math"
	"slices"
	"time"

	"mlpipeline/internal/dataset"
)

const (
	lags   = 30
	months = 12
	tenths = 10
)

// normalTenths are the quantiles 0.1, 0.2, … of the normal distribution.
var normalTenths = [tenths - 1]float64{-1.2815515655446004, -0.8416212335729143, -0.5244005127080407,
	-0.2533471031357997, 0, 0.2533471031357997, 0.5244005127080407, 0.8416212335729143, 1.2815515655446004}

// Pattern are sums that show what is left in the residuals of rows: x is a
// residual in units of the training's. The zero value has seen no row. Sums of
// whole files merge in any number, those of blocks of one file join in order.
type Pattern struct {
	N      int64      `json:"n"`
	Powers [4]float64 `json:"powers"` // Σx, Σx², Σx³, Σx⁴
	Lags   Lags       `json:"lags"`
	Steps  float64    `json:"steps"`  // Σ(x − x of the row before)²
	Months Bins       `json:"months"` // January to December; empty without time
	Tenths Bins       `json:"tenths"` // by the prediction

	head, tail []float64 // the first and the last x, no more than lags, NaN for a row that was not scored
}

// Lags are sums over pairs of scored rows 1, 2, … rows of the file apart.
type Lags struct {
	N       [lags]int64   `json:"n"`
	Product [lags]float64 `json:"product"` // Σ x·x′
	Sum     [lags]float64 `json:"sum"`     // Σ (x + x′)
}

// Bins are sums over parts of the rows, in units of the data.
type Bins struct {
	N         []int64   `json:"n"`
	Residual  []float64 `json:"residual"`
	Predicted []float64 `json:"predicted"`
	Squares   []float64 `json:"squares"` // Σ residual²
}

// Add includes the rows of a block, of which those with a target are scored.
// residual has a place for every row of the block, usable or not, and is
// overwritten: NaN, where a row was not scored. times may be empty.
func (p *Pattern) Add(s *Sample, times []dataset.Time, residual []float64) {
	unit := s.Scale.unit()
	p.bin(s, times)
	before := math.NaN()
	var p1, p2, p3, p4, steps float64
	for i, e := range residual {
		x := float64(e * unit)
		residual[i] = x
		if d := x - before; d == d {
			steps += float64(d * d)
		}
		if before = x; x != x {
			continue
		}
		square := float64(x * x)
		p.N++
		p1, p2, p3, p4 = p1+x, p2+square, p3+float64(square*x), p4+float64(square*square)
	}
	p.Powers, p.Steps = [4]float64{p1, p2, p3, p4}, steps
	n := min(lags, len(residual))
	p.head = slices.Clone(residual[:n])
	p.tail = slices.Clone(residual[len(residual)-n:])
	p.correlate(residual)
}

// correlate sums up the pairs of rows of a block.
func (p *Pattern) correlate(x []float64) {
	n := len(x)
	if int(p.N) == n {
		sum := 2 * p.Powers[0]
		for k, product := range products(x, x) {
			if k+1 >= n {
				break
			}
			sum -= x[k] + x[n-1-k] // which have no partner
			p.Lags.add(k, int64(n-k-1), product, sum)
		}
		return
	}
	x = slices.Clone(x)
	scored := make([]float64, n) // 1 or 0
	for i, v := range x {
		if v == v {
			scored[i] = 1
		} else {
			x[i] = 0
		}
	}
	pairs, both, late, early := products(scored, scored), products(x, x), products(x, scored), products(scored, x)
	for k := range lags {
		p.Lags.add(k, int64(pairs[k]), both[k], late[k]+early[k])
	}
}

// products returns Σ x[i]·y[i−k] for k = 1, 2, …. Six sums that do not wait for each
// other are as fast as one.
func products(x, y []float64) (sums [lags]float64) {
	for i := range min(lags, len(x)) {
		for k := range i {
			sums[k] += float64(x[i] * y[i-k-1])
		}
	}
	for from := 0; from < lags; from += 6 {
		var a, b, c, d, e, f float64
		for i := lags; i < len(x); i++ {
			v, w := x[i], y[i-from-6:i-from]
			a += float64(v * w[5])
			b += float64(v * w[4])
			c += float64(v * w[3])
			d += float64(v * w[2])
			e += float64(v * w[1])
			f += float64(v * w[0])
		}
		for k, sum := range []float64{a, b, c, d, e, f} {
			sums[from+k] += sum
		}
	}
	return sums
}

// bin sums up the scored rows by month and by prediction.
func (p *Pattern) bin(s *Sample, times []dataset.Time) {
	p.Tenths = newBins(tenths)
	if len(times) > 0 {
		p.Months = newBins(months)
	}
	var groups [tenths]group
	var run group // of rows of one month
	month := 0
	until := dataset.NoTime // when it ends
	for i, y := range s.Actual {
		predicted := s.Predicted[i]
		e := y - predicted
		if e != e {
			continue
		}
		if len(times) > 0 && times[i] >= until {
			run.flush(&p.Months, month)
			t := time.UnixMicro(int64(times[i])).UTC()
			month = int(t.Month()) - 1
			until = dataset.Time(time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC).UnixMicro())
		}
		run.add(e, predicted)
		groups[s.Scale.tenths.find(predicted)].add(e, predicted)
	}
	if len(times) > 0 {
		run.flush(&p.Months, month)
	}
	for i := range groups {
		groups[i].flush(&p.Tenths, i)
	}
}

// group is a bin in the making.
type group struct {
	n                            int64
	residual, predicted, squares float64
}

func (g *group) add(residual, predicted float64) {
	g.n++
	g.residual += residual
	g.predicted += predicted
	g.squares += float64(residual * residual)
}

// flush includes the rows in a bin, and forgets them.
func (g *group) flush(b *Bins, bin int) {
	b.add(bin, g.n, g.residual, g.predicted, g.squares)
	*g = group{}
}

func newBins(n int) Bins {
	return Bins{make([]int64, n), make([]float64, n), make([]float64, n), make([]float64, n)}
}

// add includes rows in a bin.
func (b *Bins) add(bin int, n int64, residual, predicted, squares float64) {
	b.N[bin] += n
	b.Residual[bin] += residual
	b.Predicted[bin] += predicted
	b.Squares[bin] += squares
}

// merge includes the rows of o.
func (b *Bins) merge(o *Bins) {
	if len(b.N) == 0 {
		*b = newBins(len(o.N))
	}
	for i, n := range o.N {
		b.add(i, n, o.Residual[i], o.Predicted[i], o.Squares[i])
	}
}

// add includes pairs of rows k+1 rows apart.
func (l *Lags) add(k int, n int64, product, sum float64) {
	l.N[k] += n
	l.Product[k] += product
	l.Sum[k] += sum
}

// Join includes the block that follows in the same file.
func (p *Pattern) Join(o *Pattern) {
	for k := 1; k <= lags; k++ { // pairs of which the border lies between
		for i := range min(k, len(o.head)) {
			j := len(p.tail) + i - k
			if j < 0 || o.head[i] != o.head[i] || p.tail[j] != p.tail[j] {
				continue
			}
			x, y := o.head[i], p.tail[j]
			p.Lags.add(k-1, 1, float64(x*y), x+y)
			if k == 1 {
				p.Steps += float64((x - y) * (x - y))
			}
		}
	}
	p.Merge(o)
	p.head = append(p.head, o.head[:min(len(o.head), lags-len(p.head))]...)
	p.tail = append(p.tail, o.tail...)
	p.tail = p.tail[max(0, len(p.tail)-lags):]
}

// Merge includes the rows of other files.
func (p *Pattern) Merge(o *Pattern) {
	p.N += o.N
	for i, v := range o.Powers {
		p.Powers[i] += v
	}
	for k, n := range o.Lags.N {
		p.Lags.add(k, n, o.Lags.Product[k], o.Lags.Sum[k])
	}
	p.Steps += o.Steps
	p.Months.merge(&o.Months)
	p.Tenths.merge(&o.Tenths)
}

// round leaves the sums of a file ten digits each, more than diagnostics are read to:
// artifacts of many files are half as long.
func (p *Pattern) round() {
	for _, sums := range [][]float64{p.Powers[:], p.Lags.Product[:], p.Lags.Sum[:], p.Months.Residual, p.Months.Predicted,
		p.Months.Squares, p.Tenths.Residual, p.Tenths.Predicted, p.Tenths.Squares} {
		for i, v := range sums {
			sums[i] = Round(v, 10)
		}
	}
	p.Steps = Round(p.Steps, 10)
}

// finite reports whether no sum has overflowed.
func (p *Pattern) finite() bool {
	sum := p.Steps
	for _, v := range p.Powers {
		sum += math.Abs(v)
	}
	for _, bins := range []*Bins{&p.Months, &p.Tenths} {
		for i := range bins.N {
			sum += math.Abs(bins.Residual[i]) + math.Abs(bins.Predicted[i]) + bins.Squares[i]
		}
	}
	return !math.IsInf(sum, 0) && !math.IsNaN(sum)
}

// Diagnostics are what the residuals, actual − predicted, still show of the rows.
// Those of a model that says all there is to say have no autocorrelation (a
// Durbin-Watson figure of 2), skewness 0 and kurtosis 3, the same mean of 0 in
// every month and at every prediction, and as many rows in each bin of the PIT.
type Diagnostics struct {
	// Mean of (e − ē)(e′ − ē) over the scored rows 1, 2, … rows of the same file
	// apart, over the variance; null where there are none. Of a bias that is much
	// larger than the deviation, it and the two below are null: they drown in it.
	Autocorrelation []*float64 `json:"autocorrelation"`
	DurbinWatson    *float64   `json:"durbin_watson"` // Σ(e − e of the row before)²/Σe²
	Skewness        *float64   `json:"skewness"`      // third central moment over the deviation cubed
	Kurtosis        *float64   `json:"kurtosis"`      // fourth, over the variance squared
	Months          []Group    `json:"months"`        // January to December; none without time
	// By the prediction: tenths of a normal distribution with the mean and the
	// deviation of the training's predictions.
	Predictions []Group `json:"predictions"`
	Counts
}

// Group is some of the rows.
type Group struct {
	Rows           int64    `json:"rows"`
	MeanPrediction *float64 `json:"mean_prediction"`
	MeanResidual   *float64 `json:"mean_residual"`
	StdError       *float64 `json:"std_error"` // of the mean residual, if rows are independent
}

// Diagnostics finishes the sums.
func (p *Pattern) Diagnostics(c *Counts) Diagnostics {
	n := float64(p.N)
	mean := p.Powers[0] / n
	m2, m3, m4 := p.Powers[1]/n, p.Powers[2]/n, p.Powers[3]/n // about 0, and then about the mean
	square := float64(mean * mean)
	m4 += float64(6*m2*square) - float64(4*m3*mean) - float64(3*square*square)
	m3 += float64(2*square*mean) - float64(3*m2*mean)
	m2 -= square
	known := func(v, power, terms float64) *float64 {
		if lost(p.Powers[1]/n, m2, power, terms) {
			return nil
		}
		return ptr(v)
	}
	d := Diagnostics{DurbinWatson: ptr(p.Steps / p.Powers[1]), Skewness: known(m3/math.Pow(m2, 1.5), 1.5, 4),
		Kurtosis: known(m4/float64(m2*m2), 2, 8), Months: p.Months.groups(), Predictions: p.Tenths.groups(),
		Counts: c.clone()}
	for k, n := range p.Lags.N {
		r := (p.Lags.Product[k]-float64(mean*p.Lags.Sum[k]))/float64(n) + square
		d.Autocorrelation = append(d.Autocorrelation, known(r/m2, 1, 4))
	}
	return d
}

// lost reports whether a figure about the mean is lost in the tenth digits of sums
// about 0: so many terms of a power of the mean square, in units of the variance.
func lost(square, variance, power, terms float64) bool {
	const most = 0.01 // of the figure, or of 1
	return square > 0 && !(variance > 0 && terms*1e-10*math.Pow(square/variance, power) < most)
}

func (b *Bins) groups() []Group {
	groups := []Group{}
	for i, rows := range b.N {
		n := float64(rows)
		mean := b.Residual[i] / n
		variance := b.Squares[i]/n - float64(mean*mean)
		group := Group{Rows: rows, MeanPrediction: ptr(b.Predicted[i] / n), MeanResidual: ptr(mean)}
		if !lost(b.Squares[i]/n, variance, 1, 2) {
			group.StdError = ptr(math.Sqrt(variance / (n - 1)))
		}
		groups = append(groups, group)
	}
	return groups
}
