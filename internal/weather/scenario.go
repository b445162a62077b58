package weather

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"mlpipeline/internal/circle"
)

// Scenario is a kind of log: how noisy the sensor is and what goes wrong. To add
// a kind, add an entry to Scenarios.
type Scenario struct {
	Name      string
	What      string  // goes wrong, in a few words
	Sigma     float64 // of the sensor noise, °C
	anomalies []anomaly
}

// anomaly is something that goes wrong once in every window of time: train and
// test rows are cut into windows each, and have one at least.
type anomaly struct {
	window      time.Duration // 0: windowRows is given
	windowRows  int
	short, long time.Duration // an event's duration
	least       int           // and its rows, at least

	size    func(r *rand.Rand) float64                         // of an event, °C; nil for 0
	distort func(e *event, row int, t, before float64) float64 // nil for nothing
	lose    func(r *rand.Rand, lost *[5]bool)                  // chooses columns whose readings are lost; nil for none
}

// event is one case of an anomaly.
type event struct {
	*anomaly
	first, rows int
	magnitude   float64 // °C: of a spike, of the bias at a drift's end, of a heat wave's height
	lost        [5]bool // columns without readings
}

// Scenarios are all kinds of log, in their usual order.
var Scenarios = []Scenario{
	{Name: "clean", What: "small sensor noise", Sigma: 0.3},
	{Name: "noisy", What: "large sensor noise", Sigma: 1.5},
	{Name: "spikes", What: "isolated errors of 8 to 25 °C, in 1 % of the rows", Sigma: 0.5, anomalies: []anomaly{
		{windowRows: 100, least: 1, size: eitherWay(8, 25), distort: offset}}},
	{Name: "stuck", What: "the sensor repeats itself for hours to days", Sigma: 0.5, anomalies: []anomaly{
		{window: 60 * day, short: 6 * time.Hour, long: 5 * day, least: 2, distort: repeat}}},
	{Name: "drift", What: "a slowly growing bias, recalibrated at times", Sigma: 0.5, anomalies: []anomaly{
		{window: 400 * day, short: 90 * day, long: 250 * day, least: 10, size: eitherWay(2, 6), distort: grow}}},
	{Name: "gaps", What: "missing readings, single and in runs", Sigma: 0.5, anomalies: []anomaly{
		{window: 45 * day, short: 12 * time.Hour, long: 6 * day, least: 2, lose: oneOrAll},
		{windowRows: 40, least: 1, lose: one}}},
	{Name: "heatwave", What: "real extreme spells", Sigma: 0.5, anomalies: []anomaly{
		{window: 300 * day, short: 4 * day, long: 10 * day, least: 3, size: between(6, 10), distort: bow}}},
}

// The size of an event is uniform between bounds, of either sign or positive.

func between(low, high float64) func(r *rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return low + float64((high-low)*r.Float64()) }
}

func eitherWay(low, high float64) func(r *rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return float64(2*r.IntN(2)-1) * between(low, high)(r) }
}

// What is logged for a measured temperature t at a row of an event, counted from
// 0, where before is what was logged for the row before.

func offset(e *event, _ int, t, _ float64) float64 { return t + e.magnitude }

func repeat(_ *event, _ int, _, before float64) float64 { return before }

func grow(e *event, row int, t, _ float64) float64 {
	return t + float64(e.magnitude*float64(row+1))/float64(e.rows)
}

func bow(e *event, row int, t, _ float64) float64 {
	height, _ := circle.Sincos((float64(row) + 0.5) / float64(2*e.rows)) // half a turn
	return t + float64(e.magnitude*height)
}

// Readings are lost of one column, or of one column or all with the same chance.

func one(r *rand.Rand, lost *[5]bool) { lost[r.IntN(len(lost))] = true }

func oneOrAll(r *rand.Rand, lost *[5]bool) {
	if r.IntN(2) == 0 {
		*lost = [5]bool{true, true, true, true, true}
	} else {
		one(r, lost)
	}
}

// Find returns the scenario of a name, nil if there is none.
func Find(name string) *Scenario {
	if i := slices.IndexFunc(Scenarios, func(sc Scenario) bool { return sc.Name == name }); i >= 0 {
		return &Scenarios[i]
	}
	return nil
}

// events returns the events that rows from to to (not included) have a part in,
// anomaly by anomaly, each in order. They are drawn anew whenever they are asked
// for: an event follows from the settings and the first row of its window, but
// not from the start time.
func (set *Settings) events(from, to int) (all []event) {
	sc := Find(set.Scenario)
	if sc == nil {
		return nil
	}
	for i := range sc.anomalies {
		a := &sc.anomalies[i]
		for row := from; row < min(to, set.Train+set.Test); {
			first, end := set.window(a, row)
			r := rand.New(stream(set.Seed, fmt.Sprintf("%s %d: anomaly %d of row %d", set.Scenario, set.Station, i, first)))
			if e := a.draw(r, set.Step, first, end); e.first < to && e.first+e.rows > from {
				all = append(all, e)
			}
			row = end
		}
	}
	return all
}

// window returns the first row of the window that a row is in, and the row after
// its last. A rest that is no whole window goes to the last one.
func (set *Settings) window(a *anomaly, row int) (first, end int) {
	from, n := 0, set.Train
	if row >= set.Train {
		from, n = set.Train, set.Test
	}
	size := a.windowRows
	if a.window > 0 {
		size = max(1, int(a.window/set.Step))
	}
	last := max(1, n/size) - 1
	w := min((row-from)/size, last)
	if first = from + w*size; w == last {
		return first, from + n
	}
	return first, first + size
}

// draw draws the event of a window, which never takes the window's first row:
// events of one anomaly stay apart. Of a window of one row it has no rows.
func (a *anomaly) draw(r *rand.Rand, step time.Duration, first, end int) event {
	duration := float64(a.short) + float64(r.Float64()*float64(a.long-a.short))
	e := event{anomaly: a, rows: min(max(a.least, int(duration/float64(step))), (end-first)/2)}
	e.first = first + 1 + r.IntN(end-first-e.rows)
	if a.size != nil {
		e.magnitude = a.size(r)
	}
	if a.lose != nil {
		a.lose(r, &e.lost)
	}
	return e
}

// within returns the event's rows among n rows from row from on, as their first
// place among these and the one after their last.
func (e *event) within(from, n int) (first, end int) {
	return max(e.first-from, 0), min(e.first+e.rows-from, n)
}

// distortRows changes what is logged, which begins with the row before from.
func (e *event) distortRows(logged []float64, from int) {
	if e.distort == nil {
		return
	}
	for i, end := e.within(from, len(logged)-1); i < end; i++ {
		logged[i+1] = e.distort(e, from+i-e.first, logged[i+1], logged[i])
	}
}

// loseRows empties the cells of the columns without readings.
func (e *event) loseRows(rows *Rows) {
	first, end := e.within(rows.First, len(rows.Times))
	for j, lost := range e.lost {
		for i := first; lost && i < end; i++ {
			rows.Cells[j][i] = NoReading
		}
	}
}

// Anomalous marks the anomalous rows among those from row from to row to (not
// included) of the log; it returns nil if there is none.
//
// They follow from the settings alone (the start time plays no part), so that
// nobody needs to keep them.
func (set *Settings) Anomalous(from, to int) (marks []bool) {
	for _, e := range set.events(from, to) {
		if marks == nil {
			marks = make([]bool, to-from)
		}
		for first, end := e.within(from, to-from); first < end; first++ {
			marks[first] = true
		}
	}
	return marks
}
