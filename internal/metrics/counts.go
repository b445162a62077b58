package metrics

import "math"

const (
	tenths    = 10
	histogram = 32 // bins of a quarter, from −4 to 4
	grid      = 24 // cells of a quarter of the target's deviation in training, from −3 to 3
)

// normalTenths are the quantiles 0.1, 0.2, … of the normal distribution.
var normalTenths = [tenths - 1]float64{-1.2815515655446004, -0.8416212335729143, -0.5244005127080407,
	-0.2533471031357997, 0, 0.2533471031357997, 0.5244005127080407, 0.8416212335729143, 1.2815515655446004}

// Scale is what errors are measured by: figures of the model alone.
type Scale struct {
	sigma  float64               // residual standard deviation in training; 0 for none
	half   [len(Nominal)]float64 // quantiles of t: half the width of an interval, in spreads
	tenths deciles               // predictions between the bins
	from   float64               // where the cells of Density begin
	width  float64               // and their size
}

// NewScale makes the scale of a model of residual deviation sigma, with so many
// degrees of freedom, whose predictions of the training rows have a mean and a
// standard deviation.
func NewScale(sigma, dof, mean, deviation float64) *Scale {
	s := &Scale{sigma: sigma}
	for i, quantile := range normalTenths {
		s.tenths[i] = mean + float64(quantile*deviation)
	}
	target := math.Sqrt(float64(deviation*deviation) + float64(sigma*sigma)) // its deviation
	if s.width = 6 * target / grid; s.width == 0 {
		s.width = 1
	}
	s.from = mean - float64(s.width*grid/2)
	if sigma == 0 {
		return s
	}
	for l, level := range Nominal {
		s.half[l] = Quantile((1+level)/2, dof)
	}
	return s
}

// unit returns what residuals are multiplied with to be in units of the training's.
func (s *Scale) unit() float64 {
	if s.sigma > 0 {
		return 1 / s.sigma
	}
	return 1
}

// Counts are how many rows there are of a kind. Whole numbers add up to the same in
// any order, so that there is one for all files.
type Counts struct {
	// Rows by their residual in units of its standard deviation σ̂·√(1 + h): below −4, to
	// −3.75, …, to 4, above.
	Histogram [histogram + 2]int64 `range:"0,1e12"`
	// Rows by what was predicted and, in each, by what was measured: below From, in cells
	// of Width, and above them.
	Density [grid + 2][grid + 2]int64 `range:"0,1e12"`
	From    float64
	Width   float64 // 0 while there are no rows
}

// Add includes the rows of a sample that have a target.
func (c *Counts) Add(s *Sample) {
	scale := s.Scale
	c.From, c.Width = scale.from, scale.width
	unit, cells := scale.unit(), 1/scale.width
	for i, e := range s.residuals() {
		predicted, y := s.Predicted[i], s.Actual[i]
		if e != e {
			continue
		}
		c.Density[bin((predicted-scale.from)*cells, grid)][bin((y-scale.from)*cells, grid)]++
		z := e * unit
		if len(s.Spread) > 0 {
			z = e / s.Spread[i]
		}
		c.Histogram[bin(float64(z*4)+histogram/2, histogram)]++
	}
}

// bin returns where a number belongs: 0 below 0, 1 to n, n + 1 from n.
func bin(v float64, n int) int {
	if v < 0 {
		return 0
	}
	if k := int(v); k < n && v < float64(n) {
		return k + 1
	}
	return n + 1
}

// Merge includes the rows of o, by the same model.
func (c *Counts) Merge(o *Counts) {
	if o.Width > 0 {
		merge(c, o)
		c.From, c.Width = o.From, o.Width
	}
}
