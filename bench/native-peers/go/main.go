// Measures one operation of Go's client_golang and prints the JSON that every peer prints.
//
//	go-peer GROUP THREADS SECONDS
//
// The groups are those of bench/cases: counter, histogram, timed-operation, the same with -shared
// for several threads on one series, render-counters-10k and render-histograms-1k, and those of
// bench/handlers.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

const client = "github.com/prometheus/client_golang"

var (
	latencyBounds  = []float64{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500}
	renderedBounds = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}
	labelNames     = []string{"replica_id", "tenant_id"}
)

const help = "What the benchmark counts"

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func labels(index int) []string {
	return []string{strconv.Itoa(index % 3), fmt.Sprintf("tenant-%d", index)}
}

func counters(name string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labelNames)
}

func histograms(name string, bounds []float64) *prometheus.HistogramVec {
	options := prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds}
	return prometheus.NewHistogramVec(options, labelNames)
}

func counted(metric prometheus.Metric) uint64 {
	var held dto.Metric
	check(metric.Write(&held))
	if held.Histogram != nil {
		return held.Histogram.GetSampleCount()
	}
	if held.Gauge != nil {
		return uint64(held.Gauge.GetValue())
	}
	return uint64(held.Counter.GetValue())
}

func measureGroup(operation string, threads int, seconds float64) (measured, bool) {
	switch operation {
	case "counter":
		counter := counters("bench_operations_total").WithLabelValues("0", "a")
		run := func(first, end int) {
			for index := first; index < end; index++ {
				counter.Inc()
			}
		}
		return measure(threads, seconds, run, func(uint64) uint64 { return counted(counter) }), true
	case "histogram":
		histogram := histograms("bench_latency_ms", latencyBounds).WithLabelValues("0", "a")
		values := generateValues()
		run := func(first, end int) {
			for index := first; index < end; index++ {
				histogram.Observe(values[index&(valueCount-1)])
			}
		}
		total := func(uint64) uint64 { return counted(histogram.(prometheus.Metric)) }
		return measure(threads, seconds, run, total), true
	case "timed-operation":
		histogram := histograms("bench_latency_seconds", latencyBounds).WithLabelValues("0", "a")
		run := func(first, end int) {
			for index := first; index < end; index++ {
				prometheus.NewTimer(histogram).ObserveDuration()
			}
		}
		total := func(uint64) uint64 { return counted(histogram.(prometheus.Metric)) }
		return measure(threads, seconds, run, total), true
	case "render-counters-10k":
		family := counters("bench_operations_total")
		for index := 0; index < 10_000; index++ {
			family.WithLabelValues(labels(index)...).Add(float64(index * 37))
		}
		return render(family, 2+10_000, seconds), true
	case "render-histograms-1k":
		family := histograms("bench_latency_seconds", renderedBounds)
		for index := 0; index < 1000; index++ {
			histogram := family.WithLabelValues(labels(index)...)
			for step := 0; step < 10; step++ {
				histogram.Observe(float64(index%50+step+1) / 300)
			}
		}
		return render(family, 2+1000*(12+3), seconds), true
	}
	return measured{}, false
}

func textOf(registry *prometheus.Registry) []byte {
	families, err := registry.Gather()
	check(err)
	var text bytes.Buffer
	encoder := expfmt.NewEncoder(&text, expfmt.NewFormat(expfmt.TypeTextPlain))
	for _, family := range families {
		check(encoder.Encode(family))
	}
	return text.Bytes()
}

func render(family prometheus.Collector, lines int, seconds float64) measured {
	registry := prometheus.NewRegistry()
	check(registry.Register(family))
	var rendered int
	run := func(first, end int) {
		for index := first; index < end; index++ {
			rendered += len(textOf(registry))
		}
	}
	found := bytes.Count(textOf(registry), []byte("\n"))
	return measure(1, seconds, run, func(operations uint64) uint64 {
		if found != lines || rendered == 0 {
			return 0
		}
		return operations
	})
}

func clientVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == client {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return runtime.Version()
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: go-peer GROUP THREADS SECONDS")
		os.Exit(2)
	}
	group := os.Args[1]
	threads, err := strconv.Atoi(os.Args[2])
	check(err)
	seconds, err := strconv.ParseFloat(os.Args[3], 64)
	check(err)
	var found measured
	var known bool
	if shape, isHandler := shapeOf(group); isHandler {
		found, known = measureHandlers(shape, seconds)
	} else {
		found, known = measureGroup(strings.TrimSuffix(group, "-shared"), threads, seconds)
	}
	if !known {
		fmt.Fprintf(os.Stderr, "there is no %s\n", group)
		os.Exit(2)
	}
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"peer":         "Go client_golang",
		"version":      clientVersion(),
		"language":     "Go",
		"valuesDigest": valuesDigest(generateValues()),
		"results": []any{map[string]any{
			"name":                group,
			"threads":             threads,
			"nsPerOperation":      found.median,
			"leastNsPerOperation": found.least,
			"meanNsPerOperation":  found.mean,
			"operations":          found.operations,
			"total":               found.total,
		}},
	}))
}
