package main

// Times one handler, again and again, with other memory touched in between, and beside it one that
// does nothing, as bench/handlers/timed-handler.ts does. Go has no way to write one call for each
// handle without writing them all down, so that here they are a loop.

import (
	"fmt"
	"math"
	"sort"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The shape of a group handler-OPERATION-HANDLES-TOUCHED.
type shape struct {
	operation        string
	handles, touched int
}

func shapeOf(group string) (shape, bool) {
	var found shape
	var rest string
	if _, err := fmt.Sscanf(group, "handler-%s", &rest); err != nil {
		return found, false
	}
	for _, operation := range []string{"counter", "gauge", "histogram", "timed", "clock"} {
		read, _ := fmt.Sscanf(rest, operation+"-%d-%d", &found.handles, &found.touched)
		if read == 2 {
			found.operation = operation
			return found, true
		}
	}
	return found, false
}

// Over six powers of two: divided by one, so exact in any language.
func folded(value float64) float64 {
	switch {
	case value < 0.1:
		return value * 64
	case value < 6.4:
		return value
	case value < 409.6:
		return value / 64
	}
	return value / 4096
}

type handler func(values []float64, call float64)

//go:noinline
func call(handle handler, values []float64, number float64) { handle(values, number) }

var sink int32

func measureHandler(form shape, seconds float64, handle handler, total func() uint64) measured {
	values := generateValues()
	for index, value := range values {
		values[index] = folded(value)
	}
	memory := make([]int32, form.touched/4)
	for index := range memory {
		memory[index] = 1
	}
	lines := uint32(form.touched / 64)
	var line uint32
	var next, calls int
	batch := make([]float64, form.handles)
	nothing := func([]float64, float64) {}

	nanosecondsOf := func(target handler) float64 {
		var sum int32
		for count := uint32(0); count < lines; count++ {
			line = (line*1_664_525 + 1_013_904_223) & (lines - 1)
			sum += memory[line<<4]
		}
		sink += sum
		for index := range batch {
			batch[index] = values[next&(valueCount-1)]
			next++
		}
		started := time.Now()
		call(target, batch, float64(calls))
		return float64(time.Since(started).Nanoseconds())
	}
	operations, perRound := 0, form.handles
	run := func() float64 {
		var added float64
		for done := 0; done < perRound; done += form.handles {
			calls++
			added += nanosecondsOf(handle) - nanosecondsOf(nothing)
		}
		operations += perRound
		return added / float64(perRound)
	}

	for warmUp := time.Now(); time.Since(warmUp).Seconds() < math.Min(warmUpSeconds, 2*seconds); {
		started := time.Now()
		run()
		elapsed := float64(time.Since(started).Nanoseconds())
		ideal := float64(perRound) * roundNanoseconds / math.Max(elapsed, 1)
		bounded := math.Min(ideal, float64(2*perRound)) / float64(form.handles)
		perRound = int(math.Max(1, bounded)) * form.handles
	}
	var rounds []float64
	var sum float64
	for started := time.Now(); len(rounds) < 3 || time.Since(started).Seconds() < seconds; {
		rounds = append(rounds, run())
		sum += rounds[len(rounds)-1]
	}
	sort.Float64s(rounds)
	return measured{
		median:     rounds[len(rounds)/2],
		least:      rounds[len(rounds)/10],
		mean:       sum / float64(len(rounds)),
		operations: uint64(operations),
		total:      total(),
	}
}

// One series of each of so many families.
func bound[Metric prometheus.Metric](count int, open func(name string) Metric) ([]Metric, func() uint64) {
	metrics := make([]Metric, count)
	for index := range metrics {
		metrics[index] = open(fmt.Sprintf("bench_%d", index))
	}
	return metrics, func() uint64 {
		var sum uint64
		for _, metric := range metrics {
			sum += counted(metric)
		}
		return sum
	}
}

func measureHandlers(form shape, seconds float64) (measured, bool) {
	switch form.operation {
	case "counter":
		counters, total := bound(form.handles, func(name string) prometheus.Counter {
			return counters(name).WithLabelValues("0", "a")
		})
		handle := func([]float64, float64) {
			for _, counter := range counters {
				counter.Inc()
			}
		}
		return measureHandler(form, seconds, handle, total), true
	case "gauge":
		gauges, total := bound(form.handles, func(name string) prometheus.Gauge {
			options := prometheus.GaugeOpts{Name: name, Help: help}
			return prometheus.NewGaugeVec(options, labelNames).WithLabelValues("0", "a")
		})
		handle := func(_ []float64, number float64) {
			for _, gauge := range gauges {
				gauge.Set(number)
			}
		}
		return measureHandler(form, seconds, handle, total), true
	case "histogram", "timed":
		histograms, total := bound(form.handles, func(name string) prometheus.Histogram {
			return histograms(name, latencyBounds).WithLabelValues("0", "a").(prometheus.Histogram)
		})
		if form.operation == "timed" {
			handle := func([]float64, float64) {
				for _, histogram := range histograms {
					prometheus.NewTimer(histogram).ObserveDuration()
				}
			}
			return measureHandler(form, seconds, handle, total), true
		}
		handle := func(values []float64, _ float64) {
			for index, histogram := range histograms {
				histogram.Observe(values[index])
			}
		}
		return measureHandler(form, seconds, handle, total), true
	case "clock":
		var read uint64
		handle := func(values []float64, _ float64) {
			for range values {
				if !time.Now().IsZero() {
					read++
				}
			}
		}
		return measureHandler(form, seconds, handle, func() uint64 { return read }), true
	}
	return measured{}, false
}
