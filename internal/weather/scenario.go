package weather

import (
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"mlpipeline/internal/circle"
)

// Scenario is a kind of log: how noisy the sensor is and what goes wrong, once
// in every window of time and for how long. Every part, train and test, has at
// least one window. To add a kind, add an entry to Scenarios.
type Scenario struct {
	Name  string
	What  string  // goes wrong, in a few words
	Sigma float64 // of the sensor noise, °C

	window      time.Duration // 0: a number of rows, windowRows
	windowRows  int           // 0 too: nothing goes wrong
	short, long time.Duration // an event's duration
	least       int           // and its rows, at least

	// size draws how large an event is, °C; sign is 1 or −1.
	size func(sign float64, r *rand.Rand) float64
	// distort returns what is logged for a measured temperature at row k, from 0,
	// of an event.
	distort func(e *event, k int, measured float64) float64
	repeats bool // from row 1 of an event on, the last reading is logged again
	loses   bool // readings are lost, and single ones besides the events
}

// Scenarios are all kinds of log, in their usual order.
var Scenarios = []Scenario{
	{Name: "clean", What: "small sensor noise", Sigma: 0.3},
	{Name: "noisy", What: "large sensor noise", Sigma: 1.5},
	{Name: "spikes", What: "isolated errors of 8 to 25 °C, in 1 % of the rows", Sigma: 0.5,
		windowRows: 100, least: 1,
		size:    func(sign float64, r *rand.Rand) float64 { return sign * (8 + float64(17*r.Float64())) },
		distort: func(e *event, _ int, t float64) float64 { return t + e.size }},
	{Name: "stuck", What: "the sensor repeats itself for hours to days", Sigma: 0.5,
		window: 60 * day, short: 6 * time.Hour, long: 5 * day, least: 3,
		repeats: true},
	{Name: "drift", What: "a slowly growing bias, recalibrated at times", Sigma: 0.5,
		window: 400 * day, short: 90 * day, long: 250 * day, least: 10,
		size:    func(sign float64, r *rand.Rand) float64 { return sign * (2 + float64(4*r.Float64())) },
		distort: func(e *event, k int, t float64) float64 { return t + float64(e.size*float64(k+1))/float64(e.rows) }},
	{Name: "gaps", What: "missing readings, single and in runs", Sigma: 0.5,
		window: 45 * day, short: 12 * time.Hour, long: 6 * day, least: 2,
		loses: true},
	{Name: "heatwave", What: "real extreme spells", Sigma: 0.5,
		window: 300 * day, short: 4 * day, long: 10 * day, least: 3,
		size: func(_ float64, r *rand.Rand) float64 { return 6 + float64(4*r.Float64()) },
		distort: func(e *event, k int, t float64) float64 {
			bow, _ := circle.Sincos((float64(k) + 0.5) / float64(2*e.rows)) // half a turn
			return t + float64(e.size*bow)
		}},
}

// Find returns the scenario of a name, nil if there is none.
func Find(name string) *Scenario {
	if i := slices.IndexFunc(Scenarios, func(sc Scenario) bool { return sc.Name == name }); i >= 0 {
		return &Scenarios[i]
	}
	return nil
}

// anomalous reports whether anything goes wrong.
func (sc *Scenario) anomalous() bool { return sc.window > 0 || sc.windowRows > 0 }

// event is one anomaly, from row first on for rows rows.
type event struct {
	first, rows int
	size        float64 // °C: of a spike, of the bias at a drift's end, of a heat wave's height
	lost        [5]bool // columns without readings
}

// windows draws the events of the train part and then of the test part, one in
// every window of each.
type windows struct {
	sc   *Scenario
	set  *Settings
	part int // 0 or 1
	w    int // the next window of the part
}

// next draws the next event; ok is false when there are no more.
func (ws *windows) next(r *rand.Rand) (e event, ok bool) {
	for ; ws.part < 2; ws.part, ws.w = ws.part+1, 0 {
		from, n := 0, ws.set.Train
		if ws.part == 1 {
			from, n = ws.set.Train, ws.set.Test
		}
		windows := n / max(1, ws.sc.windowRows)
		if ws.sc.window > 0 {
			windows = n / int(ws.sc.window/ws.set.Step)
		}
		windows = max(1, windows)
		for ws.w < windows {
			a, b := from+share(n, ws.w, windows), from+share(n, ws.w+1, windows)
			ws.w++
			if e := ws.sc.draw(r, ws.set.Step, a, b); e.rows > 0 {
				return e, true
			}
		}
	}
	return event{}, false
}

// share is the whole part of n·w/windows, where int may have 32 bits too.
func share(n, w, windows int) int { return int(int64(n) * int64(w) / int64(windows)) }

// draw draws the event of the window from row a to row b (not included).
func (sc *Scenario) draw(r *rand.Rand, step time.Duration, a, b int) event {
	e := event{rows: sc.least}
	if sc.long > 0 {
		duration := float64(sc.short) + float64(r.Float64()*float64(sc.long-sc.short))
		e.rows = max(sc.least, int(duration/float64(step)))
	}
	e.rows = min(e.rows, (b-a)/2)
	if e.rows == 0 {
		return e
	}
	e.first = a + r.IntN(b-a-e.rows) // never the window's last row: events stay apart
	sign := float64(2*r.IntN(2) - 1)
	if sc.size != nil {
		e.size = sc.size(sign, r)
	}
	if sc.loses { // all readings, or those of one column
		all := r.IntN(2) == 0
		one := r.IntN(len(e.lost))
		for j := range e.lost {
			e.lost[j] = all || j == one
		}
	}
	return e
}

// singles loses single readings of one column, one in 200.
type singles struct {
	column, rows int
	row          int // the next one lost
	begun        bool
}

func (s *singles) next(r *rand.Rand) (e event, ok bool) {
	if !s.begun {
		s.begun, s.row = true, r.IntN(200)
	}
	if s.row >= s.rows {
		return event{}, false
	}
	e = event{first: s.row, rows: 1}
	e.lost[s.column] = true
	s.row += 1 + r.IntN(399)
	return e, true
}

// drawer draws events in order of their first rows; ok is false when there are
// no more.
type drawer interface {
	next(r *rand.Rand) (e event, ok bool)
}

// drawers returns what the anomalies of a log are drawn by, one after the other.
func (sc *Scenario) drawers(set *Settings) (all []drawer) {
	if sc.anomalous() {
		all = append(all, &windows{sc: sc, set: set})
	}
	if sc.loses {
		for j := range Columns {
			all = append(all, &singles{column: j, rows: set.Train + set.Test})
		}
	}
	return all
}

// source is a drawer with random numbers of its own and its next event.
type source struct {
	drawer
	rng  *rand.Rand
	head event
	more bool
}

func (s *source) advance() { s.head, s.more = s.next(s.rng) }

// plan is the anomalies of a log. It draws them as it goes along, and so takes
// no more memory for a longer log.
type plan struct {
	sources []*source
	active  []event // begun and not ended at the last row asked for
}

// newPlan prepares the anomalies of a log. They are drawn from pcg, one source
// after the other, which leaves pcg behind them.
func (sc *Scenario) newPlan(pcg *rand.PCG, set *Settings) *plan {
	p := &plan{}
	behind := sc.drawers(set)
	for i, d := range sc.drawers(set) {
		own := *pcg
		s := &source{drawer: d, rng: rand.New(&own)}
		s.advance()
		p.sources = append(p.sources, s)
		for r, more := rand.New(pcg), true; more; {
			_, more = behind[i].next(r)
		}
	}
	return p
}

// at returns the events that row is part of. Rows must not go back.
func (p *plan) at(row int) []event {
	if len(p.active) > 0 {
		p.active = slices.DeleteFunc(p.active, func(e event) bool { return row >= e.first+e.rows })
	}
	for _, s := range p.sources {
		for s.more && s.head.first <= row {
			if row < s.head.first+s.head.rows {
				p.active = append(p.active, s.head)
			}
			s.advance()
		}
	}
	return p.active
}

// pop returns the next event in order of the first rows.
func (p *plan) pop() (e event, ok bool) {
	var first *source
	for _, s := range p.sources {
		if s.more && (first == nil || s.head.first < first.head.first) {
			first = s
		}
	}
	if first == nil {
		return event{}, false
	}
	defer first.advance()
	return first.head, true
}

// log returns what the sensor logs for a measured temperature, in hundredths of
// a degree, given the events at this row.
func (sim *Simulator) log(events []event, measured float64) int64 {
	for i := range events {
		e := &events[i]
		k := sim.row - e.first
		if sim.scenario.repeats && k > 0 {
			return sim.last
		}
		if sim.scenario.distort != nil {
			measured = sim.scenario.distort(e, k, measured)
		}
	}
	sim.last = int64(math.Round(measured * 100))
	return sim.last
}

// lose empties the cells of row i that events have taken.
func lose(events []event, rows *Rows, i int) {
	for _, e := range events {
		for j, lost := range e.lost {
			if lost {
				rows.Cells[j][i] = NoReading
			}
		}
	}
}

// Anomalous yields the anomalous rows of a part of the log, from row from to row
// to (not included), as ranges, first and last, counted from row from. The first
// reading of a stuck run is a true one and does not count.
//
// They follow from the settings alone (the start time plays no part), so that
// nobody needs to keep them.
func (set *Settings) Anomalous(from, to int) iter.Seq[[2]int64] {
	return func(yield func([2]int64) bool) {
		sc := Find(set.Scenario)
		if sc == nil {
			return
		}
		p := sc.newPlan(set.stream(), set)
		var last [2]int64 // the range that may go on
		begun := false
		for e, ok := p.pop(); ok && e.first < to; e, ok = p.pop() {
			a, b := max(e.first, from)-from, min(e.first+e.rows, to)-1-from
			if sc.repeats && e.first >= from {
				a++
			}
			switch {
			case a > b:
			case begun && int64(a) <= last[1]+1:
				last[1] = max(last[1], int64(b))
			default:
				if begun && !yield(last) {
					return
				}
				last, begun = [2]int64{int64(a), int64(b)}, true
			}
		}
		if begun {
			yield(last)
		}
	}
}
