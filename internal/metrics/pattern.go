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
)

// Pattern are sums that show what is left in the residuals of rows: x is a
// residual in units of the training's. The zero value has seen no row. Sums of
// whole files merge in any number, those of blocks of one file join in order.
type Pattern struct {
	N      int64      `range:"0,1e12"`
	Powers [4]float64 // Σx, Σx², Σx³, Σx⁴
	Lags   [lags]Lag  // of pairs of scored rows 1, 2, … rows of the file apart
	Steps  float64    // Σ(x − x of the row before)²
	Months [months]Bin
	Tenths [tenths]Bin // by the prediction

	head, tail []float64 // the first and the last x, no more than lags, NaN for a row that was not scored
}

// Lag are sums over pairs of rows.
type Lag struct {
	N       int64   `range:"0,1e12"`
	Product float64 // Σ x·x′
	Sum     float64 // Σ (x + x′)
}

// Bin are sums over some of the rows, in units of the data.
type Bin struct {
	N                            int64   `range:"0,1e12"`
	Residual, Predicted, Squares float64 // Σ; of Squares, of residual²
}

// Add includes a row.
func (b *Bin) Add(residual, predicted float64) {
	b.N++
	b.Residual += residual
	b.Predicted += predicted
	b.Squares += float64(residual * residual)
}

// Add includes the rows of a block, of which those with a target are scored.
// residual has a place for every row of the block, usable or not: NaN, where a row was not
// scored. times may be empty.
func (p *Pattern) Add(s *Sample, times []dataset.Time, residual []float64) {
	unit := s.Scale.unit()
	p.bin(s, times)
	before, scaled := math.NaN(), make([]float64, len(residual))
	var p1, p2, p3, p4, steps float64
	for i, e := range residual {
		x := float64(e * unit)
		scaled[i] = x
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
	n := min(lags, len(scaled))
	p.head = slices.Clone(scaled[:n])
	p.tail = slices.Clone(scaled[len(scaled)-n:])
	p.correlate(scaled)
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
			p.Lags[k] = Lag{int64(n - k - 1), product, sum}
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
		p.Lags[k] = Lag{int64(pairs[k]), both[k], late[k] + early[k]}
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
	month := 0
	until := dataset.NoTime // when it ends
	for i, e := range s.residuals() {
		predicted := s.Predicted[i]
		if e != e {
			continue
		}
		if len(times) > 0 && times[i] >= until {
			t := time.UnixMicro(int64(times[i])).UTC()
			month = int(t.Month()) - 1
			until = dataset.Time(time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC).UnixMicro())
		}
		if len(times) > 0 {
			p.Months[month].Add(e, predicted)
		}
		p.Tenths[s.Scale.tenths.bin(predicted)].Add(e, predicted)
	}
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
			l := &p.Lags[k-1]
			l.N, l.Product, l.Sum = l.N+1, l.Product+float64(x*y), l.Sum+(x+y)
			if k == 1 {
				p.Steps += float64((x - y) * (x - y))
			}
		}
	}
	merge(p, o)
	p.head = append(p.head, o.head[:min(len(o.head), lags-len(p.head))]...)
	p.tail = append(p.tail, o.tail...)
	p.tail = p.tail[max(0, len(p.tail)-lags):]
}

// Diagnostics are what the residuals, actual − predicted, still show of the rows.
// Those of a model that says all there is to say have no autocorrelation (a
// Durbin-Watson figure of 2), skewness 0 and kurtosis 3, and the same mean of 0 in
// every month and at every prediction.
type Diagnostics struct {
	// Mean of (e − ē)(e′ − ē) over the scored rows 1, 2, … rows of the same file
	// apart, over the variance; nil where there are none. Of a bias that is much
	// larger than the deviation, it and the two below are nil: they drown in it.
	Autocorrelation [lags]*float64
	DurbinWatson    *float64 // Σ(e − e of the row before)²/Σe²
	Skewness        *float64 // third central moment over the deviation cubed
	Kurtosis        *float64 // fourth, over the variance squared
	Months          []Group  // January to December; none without time
	// By the prediction: tenths of a normal distribution with the mean and the
	// deviation of the training's predictions.
	Predictions []Group
}

// Group is some of the rows.
type Group struct {
	Rows           int64
	MeanPrediction *float64
	MeanResidual   *float64
	StdError       *float64 // of the mean residual, if rows are independent
}

// Diagnostics finishes the sums.
func (p *Pattern) Diagnostics() Diagnostics {
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
		Kurtosis: known(m4/float64(m2*m2), 2, 8), Predictions: groups(p.Tenths[:])}
	if slices.ContainsFunc(p.Months[:], func(b Bin) bool { return b.N > 0 }) {
		d.Months = groups(p.Months[:])
	}
	for k, lag := range p.Lags {
		r := (lag.Product-float64(mean*lag.Sum))/float64(lag.N) + square
		d.Autocorrelation[k] = known(r/m2, 1, 4)
	}
	return d
}

// lost reports whether a figure about the mean is lost in the last digits of sums
// about 0: so many terms of a power of the mean square, in units of the variance.
func lost(square, variance, power, terms float64) bool {
	const (
		digits = 1e-12 // of the sums of many blocks
		most   = 0.01  // of the figure, or of 1
	)
	return square > 0 && !(variance > 0 && terms*digits*math.Pow(square/variance, power) < most)
}

func groups(bins []Bin) (groups []Group) {
	for _, b := range bins {
		n := float64(b.N)
		mean := b.Residual / n
		variance := b.Squares/n - float64(mean*mean)
		group := Group{Rows: b.N, MeanPrediction: ptr(b.Predicted / n), MeanResidual: ptr(mean)}
		if !lost(b.Squares/n, variance, 1, 2) {
			group.StdError = ptr(math.Sqrt(variance / (n - 1)))
		}
		groups = append(groups, group)
	}
	return groups
}
