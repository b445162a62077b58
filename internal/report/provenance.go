package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
)

// provenance says what the figures come from.
func (p *Page) provenance(l limits) section {
	t := table{Head: []string{"What", "Which"}, Words: true}
	m := p.Metrics
	t.add("Program", "model_testing "+p.Version)
	t.add("Formats", fmt.Sprintf("metrics %d, scaler %d, model summary %d", metrics.Kind.Version, scaler.Kind.Version,
		regression.SummaryKind.Version))
	t.add("Scaler", m.Scaler)
	t.add("Model", m.Model)
	t.add("Tested on", plural(m.Rows, "row", "rows")+" of "+plural(len(m.Datasets), "file", "files"))
	if s := p.Scaler; s != nil {
		t.add("Scaled by", plural(s.Used(), "row", "rows")+" of "+plural(len(s.Datasets), "file", "files"))
		t.add("Columns of X", count(len(s.FeatureNamesOut)))
		t.add("A missing feature", string(s.Missing))
	}
	if model := p.Model; model != nil {
		t.add("Trained on", plural(model.Rows, "row", "rows"))
		t.add("Penalty alpha", num(model.Alpha))
	}
	s := section{Title: "Where this comes from", Tables: []table{t}}
	p.spans(&s, l)
	return s
}

// spans shows from when to when each file trains and tests, with the anomalous rows of
// simulated data, and counts the rows.
func (p *Page) spans(s *section, l limits) {
	train := layer{kind: bars, class: "bar", key: "to train", wide: 0.7}
	test := layer{kind: bars, class: "band", key: "to test", wide: 0.7}
	odd := layer{kind: bars, class: "odd solid", key: "anomalous", wide: 0.35}
	t := numbers("File", "For", "Rows used", "Not used", "First", "Last", "Anomalous")
	var names []string // of the files that are drawn
	add := func(part *layer, d dataset.ID, used, not, anomalous int64) (place float64, drawn bool) {
		t.add(name(d.Name), part.key, count(used), count(not), date(d.First), date(d.Last), count(anomalous))
		i := slices.Index(names, d.Name)
		if i < 0 && d.First != dataset.NoTime && len(names) < l.others {
			i, names = len(names), append(names, d.Name)
		}
		if i >= 0 {
			part.add(float64(i), float64(d.First), float64(d.Last))
		}
		return float64(i), i >= 0
	}
	before := map[string][]int64{} // of the test file's name
	for i := range p.Metrics.Datasets {
		before[p.Metrics.Datasets[i].Name] = p.Metrics.Datasets[i].Before
	}
	if p.Scaler != nil {
		for _, d := range p.Scaler.Datasets {
			rows, sum := before[d.Name], int64(0)
			for _, n := range rows {
				sum += n
			}
			place, drawn := add(&train, d.ID, d.Used, d.Dropped.Total(), sum)
			if drawn {
				odd.addSlices(place, d.ID, rows)
			}
		}
	}
	for i, d := range p.Metrics.Datasets {
		place, drawn := add(&test, d.ID, p.Metrics.Each[i].Rows, d.Unscored.Total(), d.Anomalous())
		step := d.Timeline.Step
		for _, v := range d.Timeline.Periods {
			if v.Anomalous > 0 && drawn {
				odd.add(place, float64(step.Start(v.At)), float64(step.Start(v.At+1)))
			}
		}
	}
	t = t.cut(l.others)
	if len(names) == 0 {
		t.Caption = "Files" + strings.TrimPrefix(t.Caption, "The numbers")
		s.Tables = append(s.Tables, t)
		return
	}
	along := named("", len(names), true, func(i int) string { return short(names[i], 18) })
	does := allAfter(&train, &test)
	if more := len(p.Metrics.Datasets) - len(names); more > 0 {
		does += " " + plural(more, "more file is", "more files are") + " in metrics.json."
	}
	if len(odd.place) > 0 {
		does += " Anomalous are rows of simulated data that follow other laws, wherever a slice of the time has one."
	}
	s.show(drawn(along, calendar(slices.Concat(train.value, train.other, test.value, test.other)), inRows(len(names)), train,
		test, odd).figure("When", "A bar from the first time of each file to its last.",
		"What is to test should be after what is to train.", does, t))
}

// allAfter says whether all that is tested comes after all that is trained on.
func allAfter(train, test *layer) string {
	if len(train.place) > 0 && len(test.place) > 0 && slices.Max(train.other) < slices.Min(test.value) {
		return "Here it is."
	}
	return "Here not all of it is after all that is to train."
}

// addSlices adds those of a file's time that count anything.
func (l *layer) addSlices(place float64, d dataset.ID, counts []int64) {
	first := float64(d.First)
	slice := (float64(d.Last) - first) / float64(len(counts))
	for k, n := range counts {
		if n > 0 {
			l.add(place, first+float64(float64(k)*slice), first+float64(float64(k+1)*slice))
		}
	}
}

// calendar is an axis of times, with ticks at three days, or hours.
func calendar(times []float64) axis {
	const hour, day, ticks = 3600e6, 24 * 3600e6, 3 // in microseconds
	a := axis{from: slices.Min(times), to: slices.Max(times)}
	a.to = max(a.to, a.from+hour)
	for k := range ticks {
		at := a.from + float64((float64(k)+0.5)/ticks*(a.to-a.from))
		text := dataset.Time(math.Round(at)).String()
		if a.to-a.from > 4*day {
			text, _, _ = strings.Cut(text, "T")
		} else if len(text) > 16 {
			text = text[5:16]
		}
		a.ticks = append(a.ticks, tick{at, text})
	}
	return a
}

// date is a time, of which midnight is the day.
func date(t dataset.Time) string { return strings.TrimSuffix(t.String(), "T00:00:00Z") }
