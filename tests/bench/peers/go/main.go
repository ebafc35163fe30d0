// Goroutines on one thread (GOMAXPROCS=1): the same modes and metrics as the other peers.
//
//	go_peer MODE [N] [record FILE]
//
// With `record` Go's execution tracer writes to FILE while it is measured, and how many bytes an operation took is told.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/trace"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

var operations int // yields or messages that were measured

func result(metric string, value float64) { fmt.Printf("%s %.4f\n", metric, value) }

func residentBytes() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
	return float64(pages * os.Getpagesize())
}

func cpuNs() float64 {
	var u syscall.Rusage
	syscall.Getrusage(0, &u)
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

// Processor time since begin.
func since(begin float64) float64 { return cpuNs() - begin }

func yields(count, total int) {
	each := total / count
	gate := make(chan int)
	arrived := 0
	var all sync.WaitGroup
	all.Add(count)
	for i := 0; i < count; i++ {
		go func() {
			arrived++
			<-gate
			for j := 0; j < each; j++ {
				runtime.Gosched()
			}
			all.Done()
		}()
	}
	for arrived < count {
		runtime.Gosched()
	}
	begin := cpuNs()
	close(gate)
	all.Wait()
	result(fmt.Sprintf("yield_%d_ns", count), since(begin)/float64(each*count))
	operations += each * count
}

func spawns(n int) {
	var all sync.WaitGroup
	begin := cpuNs()
	for i := 0; i < n; i++ {
		all.Add(1)
		go func() { all.Done() }()
		all.Wait()
	}
	result("spawn_ns", since(begin)/float64(n))
}

func alive(n int) {
	for round := 0; round < 3; round++ {
		gate := make(chan int)
		arrived := 0
		var all sync.WaitGroup
		runtime.GC()
		before := residentBytes()
		begin := cpuNs()
		all.Add(n)
		for i := 0; i < n; i++ {
			go func() { arrived++; <-gate; all.Done() }()
		}
		for arrived < n {
			runtime.Gosched()
		}
		took := since(begin)
		if round == 0 {
			result("parked_bytes", (residentBytes()-before)/float64(n))
		}
		begin = cpuNs()
		close(gate)
		all.Wait()
		took += since(begin)
		metric := "alive_again_ns"
		if round == 0 {
			metric = "alive_first_ns"
		}
		result(metric, took/float64(n))
	}
}

func messages(n int) {
	there, back := make(chan int), make(chan int)
	var all sync.WaitGroup
	all.Add(2)
	begin := cpuNs()
	go func() {
		for i := 0; i < n/2; i++ {
			back <- <-there
		}
		all.Done()
	}()
	go func() {
		for i := 0; i < n/2; i++ {
			there <- 1
			<-back
		}
		all.Done()
	}()
	all.Wait()
	result("message_ns", since(begin)/float64(n))
	operations += n
}

func buffered(n int) {
	line := make(chan int, 1023)
	var all sync.WaitGroup
	all.Add(2)
	begin := cpuNs()
	go func() {
		for i := 0; i < n; i++ {
			<-line
		}
		all.Done()
	}()
	go func() {
		for i := 0; i < n; i++ {
			line <- 1
		}
		all.Done()
	}()
	all.Wait()
	result("buffered_ns", since(begin)/float64(n))
}

func mutex(n int) {
	var m sync.Mutex
	var all sync.WaitGroup
	all.Add(2)
	begin := cpuNs()
	body := func() {
		for i := 0; i < n/2; i++ {
			m.Lock()
			runtime.Gosched()
			m.Unlock()
		}
		all.Done()
	}
	go body()
	go body()
	all.Wait()
	result("mutex_ns", since(begin)/float64(n))
}

func sleepers(n int) {
	gate := make(chan int)
	arrived := 0
	var late time.Duration
	var all sync.WaitGroup
	all.Add(n)
	random := uint64(88172645463325252)
	for i := 0; i < n; i++ {
		random ^= random << 13
		random ^= random >> 7
		random ^= random << 17
		d := time.Duration(1000+random%99000) * time.Microsecond
		go func() {
			arrived++
			<-gate
			begin := time.Now()
			time.Sleep(d)
			late += time.Since(begin) - d
			all.Done()
		}()
	}
	for arrived < n {
		runtime.Gosched()
	}
	cpu := cpuNs()
	close(gate)
	all.Wait()
	result("sleeper_cpu_ns", (cpuNs()-cpu)/float64(n))
	result("sleeper_late_us", float64(late.Nanoseconds())/float64(n)/1e3)
}

func main() {
	runtime.GOMAXPROCS(1)
	n := 0
	if len(os.Args) > 2 {
		n, _ = strconv.Atoi(os.Args[2])
	}
	several := func(f func()) {
		for i := 0; i < 5; i++ {
			f()
		}
	}
	if len(os.Args) > 4 && os.Args[3] == "record" {
		file, err := os.Create(os.Args[4])
		if err == nil {
			err = trace.Start(file)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer func() {
			trace.Stop()
			size, _ := file.Seek(0, 2)
			metric := "message_bytes"
			if os.Args[1] == "yield" {
				metric = fmt.Sprintf("yield_%d_bytes", n)
			}
			result(metric, float64(size)/float64(operations))
		}()
	}
	switch os.Args[1] {
	case "yield":
		total := 400000
		if n > 2 {
			total = 1000000
		}
		several(func() { yields(n, total) })
	case "spawn":
		several(func() { spawns(100000) })
	case "alive":
		alive(n)
	case "message":
		several(func() { messages(200000) })
	case "buffered":
		several(func() { buffered(500000) })
	case "mutex":
		several(func() { mutex(200000) })
	case "sleepers":
		sleepers(n)
	}
}
