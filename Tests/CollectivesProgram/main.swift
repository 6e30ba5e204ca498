// What the tests start as several processes by a launcher of MPI. Rank 0 prints what it found; the rest of a job is seen from
// outside.
import Collectives
import Glibc

/// Numbers of which sums depend on the order, different on each rank.
func numbers(_ count: Int, rank: Int) -> [Float] {
  var state = UInt64(rank + 1) &* 0x9E37_79B9_7F4A_7C15
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let exponent = Float(state >> 60) - 8
    return (Float(state >> 33 & 0xFFFF) / 65536 - 0.5) * exp2f(exponent)
  }
}

func checksum(_ values: [Float]) -> String {
  String(
    values.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1.bitPattern)) &* 1_099_511_628_211 }, radix: 16)
}

struct Mishap: Error, CustomStringConvertible {
  let description: String
}

func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Prints from one rank, at once.
func tell(_ text: String, _ group: any ProcessGroup) {
  if group.rank == 0 {
    print(text)
    fflush(nil)
  }
}

/// Every collective against what it should give.
func check(_ group: any ProcessGroup) throws {
  let (rank, size) = (group.rank, group.size)
  let triangle = size * (size - 1) / 2
  var floats = (0..<1000).map { Float($0 + rank) }
  try group.allReduceSum(&floats)
  guard floats == (0..<1000).map({ Float($0 * size + triangle) }) else { throw Mishap(description: "floats") }
  var doubles = (0..<7).map { Double($0) + 0.5 * Double(rank) }
  try group.allReduceSum(&doubles)
  guard doubles == (0..<7).map({ Double($0 * size) + 0.5 * Double(triangle) }) else {
    throw Mishap(description: "doubles")
  }
  var none: [Float] = []
  try group.allReduceSum(&none)
  var weights = rank == size - 1 ? [Int32](0..<100) : [Int32](repeating: -1, count: 100)
  try group.broadcast(&weights, from: size - 1)
  guard weights == [Int32](0..<100) else { throw Mishap(description: "broadcast") }
  let texts = try group.allGather(String(repeating: "ä", count: rank * 3))
  guard texts == (0..<size).map({ String(repeating: "ä", count: $0 * 3) }) else { throw Mishap(description: "texts") }
  try group.barrier()
  // Several under way at a time, waited for the other way round.
  let sums = (0..<5).map { label in
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: 300_000)
    values.initialize(repeating: Float(label + rank))
    return (label, values, group.begin(.sumOfFloats(values), label: label))
  }
  for (label, values, sum) in sums.reversed() {
    try sum.wait()
    guard values.allSatisfy({ $0 == Float(label * size + triangle) }) else { throw Mishap(description: "several") }
    values.deallocate()
  }
  try group.requireEqual("same", "the configuration")
  tell("rank 0 of \(size), \(group.localSize) here, \(group.carrier): as expected", group)
}

/// The gradients of a small network, averaged in buckets; checksums of all ranks.
func buckets(_ group: any ProcessGroup) throws {
  let counts = [70_000, 3, 200_000, 64, 1_000_000]
  let buckets = GradientBuckets(counts: counts, group: group, bucketBytes: 1 << 20, firstBucketBytes: 1 << 18)
  var sums: [String] = []
  for step in 0..<2 {
    var gradients = counts.map { numbers($0 + step, rank: group.rank).dropLast(step) }.map { Array($0) }
    let pointers = gradients.indices.map { place in
      let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: counts[place])
      _ = memory.initialize(fromContentsOf: gradients[place])
      return memory
    }
    for place in pointers.indices.reversed() { buckets.ready(place, pointers[place]) }
    try buckets.finish()
    gradients = pointers.map { Array($0) }
    let others = counts.map { count in (0..<group.size).map { numbers(count + step, rank: $0).dropLast(step) } }
    for (place, found) in gradients.enumerated() {
      for (index, value) in found.enumerated() {
        let mean = others[place].reduce(0.0) { $0 + Double($1[index]) } / Double(group.size)
        guard abs(Double(value) - mean) < 1e-4 else { throw Mishap(description: "gradient \(place)[\(index)]") }
      }
    }
    sums.append(checksum(gradients.flatMap { $0 }))
    for memory in pointers { memory.deallocate() }
  }
  let all = try group.allGather(sums.joined(separator: " "))
  guard Set(all).count == 1 else { throw Mishap(description: "ranks have different bits: \(all)") }
  tell("bits \(all[0])", group)
}

/// Seconds of sums of buckets, alone and beside a computation on this thread.
func speed(_ group: any ProcessGroup, megabytes: Int) throws {
  let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: megabytes << 18)
  values.initialize(repeating: 1)
  try group.allReduceSum(values)
  func compute(_ seconds: Double) -> Int {
    let end = now() + seconds
    var rounds = 0
    while now() < end { rounds += 1 }
    return rounds
  }
  try group.barrier()
  let start = now()
  for _ in 0..<10 { try group.allReduceSum(values) }
  let waiting = (now() - start) / 10
  try group.barrier()
  let small = UnsafeMutableBufferPointer<Float>.allocate(capacity: 64)
  small.initialize(repeating: 1)
  let begin = now()
  for _ in 0..<200 { try group.allReduceSum(small) }
  let latency = (now() - begin) / 200
  try group.barrier()
  let alone = compute(0.5)
  try group.barrier()
  let sum = group.begin(.sumOfFloats(values), label: nil)
  let beside = compute(0.5)
  let isDone = sum.isDone
  try sum.wait()
  tell(
    "\(megabytes) MB: \(Int(waiting * 1e6)) us, 64 numbers \(Int(latency * 1e6)) us; beside a computation done: \(isDone),"
      + " which keeps \(100 * beside / alone) % of its speed", group)
}

func run(_ command: String) throws {
  try withProcessGroup { group in
    switch command {
    case "check": try check(group)
    case "buckets": try buckets(group)
    case "speed": try speed(group, megabytes: 25)
    case "throw":
      // The others wait for the one that fails.
      if group.rank == 1 { throw Mishap(description: "no clip could be read") }
      try group.barrier()
    case "throw-all": throw Mishap(description: "the loss is not a number")
    case "together":
      try group.together { if group.rank == 1 { throw Mishap(description: "no such file") } }
    case "out-of-step":
      var values = [Float](repeating: 1, count: group.rank == 0 ? 10 : 11)
      try group.allReduceSum(&values, label: 4)
    case "early":
      // One has fewer batches than the others.
      if group.rank == 0 { try group.barrier() }
    case "exit":
      if group.rank == 1 { exit(3) }
      try group.barrier()
    case "wait":
      tell("ready", group)
      let pids = try group.allGather([getpid()])
      tell("processes \(pids.map { "\($0[0])" }.joined(separator: " "))", group)
      if group.rank == 1 { sleep(60) }
      try group.barrier()
    default: throw Mishap(description: "no such command: \(command)")
    }
  }
}

do {
  try run(CommandLine.arguments.dropFirst().first ?? "check")
} catch {
  let text = "Error: \(error)\n"
  write(2, text, text.utf8.count)
  exit(1)
}
