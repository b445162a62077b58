package main

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/ordered"
	"mlpipeline/internal/weather"
)

// generate simulates every scenario at every station, several at once.
func generate(ctx context.Context, o *options) error {
	train, test := split(o.rows, o.test)
	var logs []*simulation
	defer func() {
		for _, l := range logs {
			for _, p := range l.parts {
				p.file.Cleanup()
			}
		}
	}()
	bar := o.Progress(int64(o.rows)*int64(len(o.scenarios)*o.stations), cli.Rows, o.Name())
	defer bar.Clear()
	for _, scenario := range o.scenarios {
		for station := 1; station <= o.stations; station++ {
			name := scenario
			if o.stations > 1 {
				name = fmt.Sprintf("%s-%03d", scenario, station)
			}
			logs = append(logs, &simulation{name: name, bar: bar, Settings: weather.Settings{Seed: o.seed,
				Scenario: scenario, Station: station, Start: o.start, Step: o.step, Train: train, Test: test}})
		}
	}
	m := &dataset.Manifest{Seed: &o.seed,
		Columns: dataset.Columns{Time: "timestamp", Target: weather.Columns[0], Categories: []string{}}}
	var parts []*part
	var bytes int64
	running, cancel := context.WithCancelCause(ctx)
	const atOnce = 16 // more than there are cores: each log waits for the disk at its end
	ordered.EachOf(len(logs), atOnce, func(i int) {
		err := running.Err()
		if err == nil {
			err = logs[i].run(running, o.out)
		}
		if err != nil {
			cancel(err) // the other logs
		}
	})
	bar.Clear()
	if err := context.Cause(running); err != nil {
		return err
	}
	for _, l := range logs {
		parts = append(parts, l.parts...)
		bytes += l.bytes
	}
	if err := publish(ctx, o, m, parts, nil); err != nil {
		return err
	}
	o.Logf("%s of %d rows each, %d to train and %d to test; %s in %s → %s",
		cli.Plural(len(logs), "dataset", "datasets"), o.rows, train, test,
		cli.Megabytes(bytes), o.Took(), o.out)
	return nil
}

// simulation is one dataset being written.
type simulation struct {
	weather.Settings
	name  string
	parts []*part
	bytes int64
	bar   *cli.Progress
}

// run writes the parts of one dataset, and the truth about it.
func (l *simulation) run(ctx context.Context, dir string) error {
	sim, err := weather.New(l.Settings)
	if err != nil {
		return err
	}
	ideal := weather.NewIdeal(l.Step)
	rows := map[string]int{"train": l.Train, "test": l.Test}
	for _, which := range []string{"train", "test"} {
		if rows[which] == 0 {
			continue
		}
		p, err := newPart(dir, which, l.name, append([]string{"timestamp"}, weather.Columns...))
		if p != nil {
			l.parts = append(l.parts, p)
		}
		if err == nil {
			err = l.write(ctx, p, sim, ideal, rows[which])
		}
		if err != nil {
			return err
		}
	}
	// Of nine digits the last does not depend on the machine: gonum's sums differ in the sixteenth.
	variance := metrics.Round(ideal.Unexplained()+float64(sim.Sigma*sim.Sigma)+roundingVariance, 9)
	for _, p := range l.parts {
		p.entry.Truth.Coefficients, p.entry.Truth.NoiseStd = sim.Coefficients(), sim.Sigma
		p.entry.Truth.Features, p.entry.Truth.IrreducibleVariance = ideal.Features(), variance
	}
	return nil
}

// roundingVariance is that of rounding to 0.01 °C, uniform.
const roundingVariance = 0.01 * 0.01 / 12

// write writes the next n rows to a part.
func (l *simulation) write(ctx context.Context, p *part, sim *weather.Simulator, ideal *weather.Ideal, n int) error {
	truth := &dataset.Truth{Log: dataset.Log{Scenario: l.Scenario, Station: l.Station, Step: l.Step.String(),
		Train: l.Train, Test: l.Test}}
	p.entry.Truth = truth
	// One goroutine simulates while another writes CSV and this one does the rest.
	for b, err := range ordered.Map(ctx, 1, blocks(sim, n), format) {
		if err != nil {
			return err
		}
		first, rows := b.rows.First, len(b.rows.Times)
		if err := p.add(b.csv, rows, b.rows.Times[0], b.rows.Times[rows-1]); err != nil {
			return err
		}
		ideal.Add(&b.rows)
		for _, anomalous := range l.Anomalous(first, first+rows) {
			if anomalous {
				truth.AnomalousRows++
			}
		}
		l.bytes += int64(len(b.csv))
		l.bar.Add(rows)
		spare.Put(b)
	}
	return p.finish()
}

// block is a run of simulated rows of one part.
type block struct {
	rows weather.Rows
	csv  []byte
}

var spare = sync.Pool{New: func() any { return new(block) }}

// blocks simulates n rows, some thousands at a time.
func blocks(sim *weather.Simulator, n int) iter.Seq2[*block, error] {
	return func(yield func(*block, error) bool) {
		for more := true; more && n > 0; {
			b := spare.Get().(*block)
			sim.Next(&b.rows, min(n, 4096))
			n -= len(b.rows.Times)
			more = yield(b, nil)
		}
	}
}

// format writes rows as CSV.
func format(b *block) (*block, error) {
	b.csv = b.csv[:0]
	for i, t := range b.rows.Times {
		b.csv = t.Append(b.csv)
		for j, column := range b.rows.Cells {
			b.csv = append(b.csv, ',')
			if column[i] != weather.NoReading {
				b.csv = csv.AppendFixed(b.csv, column[i], weather.Decimals[j])
			}
		}
		b.csv = append(b.csv, '\n')
	}
	return b, nil
}
