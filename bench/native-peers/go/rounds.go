package main

// Times operations in short rounds of which the median counts, as bench/harness/rounds.ts does.

import (
	"math"
	"runtime"
	"sort"
	"sync"
	"time"
)

const (
	roundNanoseconds = 2e6
	warmUpSeconds    = 0.05
)

type measured struct {
	median, least, mean float64
	// Warm-up included, and what the library says was recorded.
	operations, total uint64
}

type threadTime struct {
	median, least, nanoseconds, timed float64
	operations                        uint64
}

func measure(
	threads int,
	seconds float64,
	run func(first, end int),
	total func(operations uint64) uint64,
) measured {
	times := make([]threadTime, threads)
	var ready, done sync.WaitGroup
	ready.Add(threads)
	done.Add(threads)
	for thread := range times {
		go func() {
			defer done.Done()
			runtime.LockOSThread()
			ready.Done()
			ready.Wait()
			times[thread] = timeThread(run, seconds, thread*valueCount/threads)
		}()
	}
	done.Wait()
	var all measured
	var nanoseconds, timed float64
	for _, time := range times {
		all.median += time.median / float64(threads)
		all.least += time.least / float64(threads)
		all.operations += time.operations
		nanoseconds += time.nanoseconds
		timed += time.timed
	}
	all.mean = nanoseconds / timed
	all.total = total(all.operations)
	return all
}

func timeThread(run func(first, end int), seconds float64, first int) threadTime {
	next, perRound := first, 1
	round := func() float64 {
		started := time.Now()
		run(next, next+perRound)
		elapsed := float64(time.Since(started).Nanoseconds())
		next += perRound
		return elapsed
	}
	warmUp := time.Now()
	for {
		elapsed := round()
		if time.Since(warmUp).Seconds() >= math.Min(warmUpSeconds, 2*seconds) {
			break
		}
		ideal := float64(perRound) * roundNanoseconds / math.Max(elapsed, 1)
		perRound = int(math.Max(1, math.Min(ideal, float64(2*perRound))))
	}
	var rounds []float64
	var sum float64
	for started := time.Now(); len(rounds) < 3 || time.Since(started).Seconds() < seconds; {
		elapsed := round()
		sum += elapsed
		rounds = append(rounds, elapsed/float64(perRound))
	}
	sort.Float64s(rounds)
	return threadTime{
		median:      rounds[len(rounds)/2],
		least:       rounds[len(rounds)/10],
		nanoseconds: sum,
		timed:       float64(len(rounds) * perRound),
		operations:  uint64(next - first),
	}
}
