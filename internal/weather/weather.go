// Package weather simulates the log of a weather station in the middle
// latitudes, knowing the truth about it.
//
// # The process
//
// At time t, with a = 2πt/365.2425 d counted from 1970-01-01T00:00:00Z, the
// temperature in °C is
//
//	T = T₀ + r·(t − t_mid)                                    level and trend
//	  + A₁·cos(a − φ₁) + A₂·cos(2a − φ₂)                      annual cycle
//	  + D·(1 − 0.7·N/8)·cos(2π(h − 15)/24)                    diurnal cycle, steps below 24 h
//	  − 0.06·(H − 70) + 0.18·(P − 1013.2) − 0.25·(W − 3.3) − 0.45·(N − 4.5)
//	  + ε                                                     sensor noise, N(0, σ²)
//
// with the humidity H in %, the pressure P in hPa, the wind speed W in m/s and
// the cloud cover N in okta, all as they are written. The climate of a station
// is drawn once from the seed: T₀ ~ N(11, 2.5²) °C, r ~ N(0.02, 0.005²) °C/year,
// A₁ ~ N(8.5, 1²) °C and φ₁ such that the warmest day lags the June solstice by
// N(28, 3²) days, A₂ ~ N(0.8, 0.2²) °C, D ~ N(4, 0.6²) °C, and a factor of about
// 10 % on σ. The coefficients of the covariates are typical values; they are the
// same everywhere.
//
// The weather is made of independent Ornstein-Uhlenbeck processes x of mean 0
// and variance 1, advanced over a step Δ exactly, so that a log at 1 minute and
// one at 24 hours are of the same climate:
//
//	x(t+Δ) = x(t)·e^(−Δ/τ) + √(1 − e^(−2Δ/τ))·N(0, 1)
//
// The synoptic state s (τ = 72 h), highs and lows passing, enters all but the
// wind; p (48 h), n (18 h), h (24 h), u and v (12 h) are each covariate's own:
//
//	P = 1013.2 + 8·(0.8·s + 0.6·p)                                 hPa
//	N = 4.5 + 2.5·(−0.6·s + 0.8·n), to whole numbers from 0 to 8   okta
//	H = 70 − 6·cos(a − φ₁) + 11·(−0.4·s + 0.917·h), 0 to 100       %
//	W = 2.6·√(u² + v²), a Rayleigh distribution of mean 3.26       m/s
//
// Daily mean temperature then deviates from the season by about 2.6 °C, with a
// correlation of about 0.6 from one day to the next.
//
// Sources: C. W. Richardson, "Stochastic simulation of daily precipitation,
// temperature, and solar radiation", Water Resources Research 17 (1981), for
// weather as harmonics plus a first-order autoregression; D. S. Wilks,
// Statistical Methods in the Atmospheric Sciences, chapter 10, for the harmonic
// analysis of the annual cycle; D. T. Gillespie, "Exact numerical simulation of
// the Ornstein-Uhlenbeck process", Physical Review E 54 (1996); A. Dai,
// K. E. Trenberth, T. R. Karl, "Effects of clouds, soil moisture, precipitation,
// and water vapor on diurnal temperature range", Journal of Climate 12 (1999),
// for clouds flattening the diurnal cycle.
package weather

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"mlpipeline/internal/circle"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/moments"
)

// Coefficients of the covariates into temperature.
const (
	PerHumidity   = -0.06 // °C per %
	PerPressure   = +0.18 // °C per hPa
	PerWindSpeed  = -0.25 // °C per m/s
	PerCloudCover = -0.45 // °C per okta
)

const (
	day        = 24 * time.Hour
	year       = 31556952 * time.Second // 365.2425 days
	solstice   = 171.5                  // days into the year
	flattening = 0.7                    // of the diurnal cycle under 8 okta
)

// Columns are the columns of a log, in order, besides the timestamp, and
// Decimals how many of them are written.
var (
	Columns  = []string{"temperature", "humidity", "pressure", "wind_speed", "cloud_cover"}
	Decimals = []int{2, 1, 1, 1, 0}
)

// Climate is what the weather of a station varies around.
type Climate struct {
	Mean        float64    // T₀, °C
	Trend       float64    // r, °C per year
	Amplitude   [2]float64 // A₁, A₂, °C
	Phase       [2]float64 // φ₁, φ₂, radians
	Diurnal     float64    // D, °C
	NoiseFactor float64    // on the scenario's σ
}

// stream is the source of random numbers of one purpose.
func stream(seed uint64, purpose string) *rand.PCG {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.NewPCG(seed, h.Sum64())
}

// NewClimate draws the climate of a station, numbered from 1.
func NewClimate(seed uint64, station int) Climate {
	r := rand.New(stream(seed, fmt.Sprintf("climate %d", station)))
	normal := func(mean, std float64) float64 { return mean + float64(std*r.NormFloat64()) }
	c := Climate{Mean: normal(11, 2.5), Trend: normal(0.02, 0.005)}
	c.Amplitude = [2]float64{max(3, normal(8.5, 1)), max(0, normal(0.8, 0.2))}
	warmest := solstice + normal(28, 3)
	c.Phase = [2]float64{2 * math.Pi * warmest / 365.2425, normal(1, 0.5)}
	c.Diurnal = max(1, normal(4, 0.6))
	c.NoiseFactor = exp(normal(0, 0.1)).Value()
	return c
}

// Settings describe a log.
type Settings struct {
	Seed     uint64
	Scenario string
	Station  int // from 1
	Start    time.Time
	Step     time.Duration
	Train    int // rows
	Test     int // rows, after the others
}

// Rows is a run of rows of a log. The columns hold whole units of the last
// decimal, as a sensor counts; NoReading marks empty cells.
type Rows struct {
	First  int // row of the log
	Times  []dataset.Time
	Cells  [][]int64 // per column
	Signal []float64 // the temperature without noise and anomalies, °C
}

// NoReading is an empty cell.
const NoReading = math.MinInt64

// Simulator makes a log, row after row. The same settings give the same log.
type Simulator struct {
	Climate Climate
	Sigma   float64 // of the sensor noise, °C

	set    Settings
	rng    *rand.Rand
	x      [6]float64 // s, p, n, h, u, v
	keep   [6]float64 // e^(−Δ/τ)
	stir   [6]float64 // √(1 − e^(−2Δ/τ))
	row    int
	logged []float64 // temperatures of the row before and of the rows that are made
}

// timescales τ of s, p, n, h, u and v.
var timescales = [6]time.Duration{72 * time.Hour, 48 * time.Hour, 18 * time.Hour, 24 * time.Hour, 12 * time.Hour,
	12 * time.Hour}

// New prepares a simulation.
func New(set Settings) (*Simulator, error) {
	sc := Find(set.Scenario)
	if sc == nil {
		return nil, fmt.Errorf("there is no scenario %q", set.Scenario)
	}
	sim := &Simulator{set: set, Climate: NewClimate(set.Seed, set.Station), logged: make([]float64, 1),
		rng: rand.New(stream(set.Seed, fmt.Sprintf("weather %s %d", set.Scenario, set.Station)))}
	sim.Sigma = sc.Sigma * sim.Climate.NoiseFactor
	for i, tau := range timescales {
		ratio := float64(set.Step) / float64(tau)
		sim.keep[i] = exp(-ratio).Value()
		sim.stir[i] = math.Sqrt(moments.Float(1).Minus(exp(-2 * ratio)).Value())
		sim.x[i] = sim.rng.NormFloat64()
	}
	return sim, nil
}

// Next fills rows with the next n rows, fewer at the end of the log.
func (sim *Simulator) Next(rows *Rows, n int) {
	n = min(n, sim.set.Train+sim.set.Test-sim.row)
	rows.First = sim.row
	rows.Times = resize(rows.Times, n)
	rows.Signal = resize(rows.Signal, n)
	if rows.Cells == nil {
		rows.Cells = make([][]int64, len(Columns))
	}
	for j := range rows.Cells {
		rows.Cells[j] = resize(rows.Cells[j], n)
	}
	before := sim.logged[len(sim.logged)-1]
	sim.logged = resize(sim.logged, n+1)
	sim.logged[0] = before
	for i := range n {
		sim.step(rows, i)
		sim.row++
	}
	events := sim.set.events(rows.First, rows.First+n)
	for _, e := range events {
		e.distortRows(sim.logged, rows.First)
	}
	for i, t := range sim.logged[1:] {
		rows.Cells[0][i] = int64(math.Round(t * 100))
	}
	for _, e := range events {
		e.loseRows(rows)
	}
}

func resize[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// step makes one row.
func (sim *Simulator) step(rows *Rows, i int) {
	c, x := &sim.Climate, &sim.x
	micros := sim.set.Start.UnixMicro() + int64(sim.row)*sim.set.Step.Microseconds()
	rows.Times[i] = dataset.Time(micros)
	season := part(micros, year)
	cosA := cosine(season - c.Phase[0]/(2*math.Pi))

	// Products are rounded before they are added: the same on every machine.
	pressure := quantize(1013.2+float64(8*(float64(0.8*x[0])+float64(0.6*x[1]))), 10, math.MaxInt32)
	cloud := quantize(4.5+float64(2.5*(float64(-0.6*x[0])+float64(0.8*x[2]))), 1, 8)
	humidity := quantize(70-float64(6*cosA)+float64(11*(float64(-0.4*x[0])+float64(0.917*x[3]))), 10, 1000)
	wind := quantize(2.6*math.Sqrt(float64(x[4]*x[4])+float64(x[5]*x[5])), 10, math.MaxInt32)
	for k := range x {
		x[k] = float64(x[k]*sim.keep[k]) + float64(sim.stir[k]*sim.rng.NormFloat64())
	}

	half := float64(sim.set.Train+sim.set.Test-1) / 2 * sim.set.Step.Seconds()
	signal := c.Mean + float64(c.Trend*(float64(float64(sim.row)*sim.set.Step.Seconds())-half)/year.Seconds())
	signal += float64(c.Amplitude[0]*cosA) + float64(c.Amplitude[1]*cosine(2*season-c.Phase[1]/(2*math.Pi)))
	if sim.set.Step < day {
		signal += float64(c.Diurnal * (1 - float64(flattening*float64(cloud))/8) * cosine(part(micros, day)-15./24))
	}
	signal += float64(PerHumidity*(float64(humidity)/10-70)) + float64(PerPressure*(float64(pressure)/10-1013.2)) +
		float64(PerWindSpeed*(float64(wind)/10-3.3)) + float64(PerCloudCover*(float64(cloud)-4.5))
	rows.Signal[i] = signal
	sim.logged[i+1] = signal + float64(sim.Sigma*sim.rng.NormFloat64())
	for j, v := range []int64{humidity, pressure, wind, cloud} {
		rows.Cells[j+1][i] = v
	}
}

// part returns the part of the period that has passed, less than 1.
func part(micros int64, period time.Duration) float64 {
	p := period.Microseconds()
	return float64(micros%p) / float64(p)
}

func cosine(turns float64) float64 {
	_, cos := circle.Sincos(turns)
	return cos
}

// exp returns eˣ for |x| ≤ 1000 or so to all digits of float64, on any machine:
// the Taylor series of x/1024, squared ten times.
func exp(x float64) moments.Sum {
	step := moments.Float(x / 1024)
	sum, term := moments.Float(1), moments.Float(1)
	for n := range 30 {
		term = term.Times(step).Over(moments.Float(float64(n + 1)))
		sum.Merge(term)
	}
	for range 10 {
		sum = sum.Times(sum)
	}
	return sum
}

// quantize rounds v to 1/perUnit and limits the count, from 0 to most.
func quantize(v, perUnit float64, most int64) int64 {
	return min(max(int64(math.Round(v*perUnit)), 0), most)
}

// Coefficients returns the truth by the names of the columns of X that the
// process is linear in.
func (sim *Simulator) Coefficients() map[string]float64 {
	c := &sim.Climate
	m := map[string]float64{"humidity": PerHumidity, "pressure": PerPressure, "wind_speed": PerWindSpeed,
		"cloud_cover": PerCloudCover}
	for k := range c.Amplitude {
		sin, cos := circle.Sincos(c.Phase[k] / (2 * math.Pi))
		m[fmt.Sprintf("annual_sin_%d", k+1)] = c.Amplitude[k] * sin
		m[fmt.Sprintf("annual_cos_%d", k+1)] = c.Amplitude[k] * cos
	}
	return m
}
