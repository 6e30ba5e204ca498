import AVARecords
import Clips
import Inference
import Runs
import Testing

struct ShardTests {
  private func tasks(_ count: Int, _ video: String) -> [ClipTask] {
    (0..<count).map { second in
      ClipTask(
        KeyFrame(video: video, time: Timestamp(second: second)), center: second, people: [],
        views: [View(shortSide: 9)])
    }
  }

  /// Every task is in one shard, the order stays, and no shard has two tasks more than another.
  @Test func partsAreEqualAndWhole() throws {
    let groups = [tasks(5, "a"), tasks(0, "b"), tasks(1, "c"), tasks(11, "d")]
    for count in [1, 2, 3, 4, 16, 17, 18, 40] {
      let parts = try (0..<count).map { try #require(Shard($0, of: count)).part(of: groups) }
      for number in groups.indices {
        #expect(parts.flatMap { $0[number] }.map(\.keyFrame) == groups[number].map(\.keyFrame), "\(count)")
      }
      let sizes = parts.map { $0.reduce(0) { $0 + $1.count } }
      #expect(sizes.max()! - sizes.min()! <= 1, "\(count): \(sizes)")
      // A stretch: no video between the first and the last one is left out.
      for part in parts {
        let used = part.indices.filter { !part[$0].isEmpty && !groups[$0].isEmpty }
        if let first = used.first, let last = used.last {
          #expect((first...last).allSatisfy { groups[$0].isEmpty || !part[$0].isEmpty })
        }
      }
    }
  }

  /// The shard that an item is in by its number has it in its range.
  @Test func owners() throws {
    for count in [1, 2, 3, 4, 7, 40] {
      let shards = try (0..<count).map { try #require(Shard($0, of: count)) }
      for total in [1, 2, 3, 5, 12, 100] {
        for number in 0..<total {
          let holders = shards.filter { $0.range(of: total).contains(number) }
          #expect(
            shards.map { $0.owner(of: number, of: total) } == shards.map { _ in holders[0] } && holders.count == 1)
        }
      }
    }
  }

  @Test func text() {
    #expect(Shard("2/4") == Shard(2, of: 4))
    #expect(Shard("0/1")?.description == "0/1")
    for text in ["4/4", "-1/4", "1", "1/", "/4", "1/0", "a/4", "1/4/2", "+1/4", "1/99999999999999999999", " 1/4"] {
      #expect(Shard(text) == nil, "\(text)")
    }
  }
}

struct ArrayTaskTests {
  private func found(_ environment: [String: String], count: Int? = nil) -> String {
    do {
      return try ArrayTask.find(in: environment, count: count).map { "\($0.shard) by \($0.source)" } ?? "nothing"
    } catch { return "\(error)" }
  }

  @Test func eachEngine() {
    #expect(found([:]) == "nothing")
    #expect(found(["RANK": "1", "WORLD_SIZE": "3"]) == "1/3 by RANK 1 and WORLD_SIZE 3")
    #expect(found(["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "2"]).hasPrefix("0/2 by OMPI"))
    #expect(found(["JOB_COMPLETION_INDEX": "5", "JOB_COMPLETION_COUNT": "8"]).hasPrefix("5/8 by JOB"))
    let slurm = { (id: Int, count: Int, min: Int, max: Int, step: Int) in
      [
        "SLURM_ARRAY_TASK_ID": "\(id)", "SLURM_ARRAY_TASK_COUNT": "\(count)", "SLURM_ARRAY_TASK_MIN": "\(min)",
        "SLURM_ARRAY_TASK_MAX": "\(max)", "SLURM_ARRAY_TASK_STEP": "\(step)",
      ]
    }
    #expect(found(slurm(3, 4, 0, 3, 1)).hasPrefix("3/4 by SLURM_ARRAY_TASK_ID 3 and SLURM_ARRAY_TASK_COUNT 4"))
    #expect(found(slurm(3, 4, 1, 4, 1)).hasPrefix("2/4 by "))
    #expect(found(slurm(6, 4, 2, 8, 2)).hasPrefix("2/4 by "))
    #expect(found(slurm(6, 4, 2, 8, 2)).hasSuffix(", counted from 2"))
    // 0-1,5,7 has gaps.
    #expect(found(slurm(5, 4, 0, 7, 1)).contains("have gaps"))
    #expect(found(slurm(5, 1, 5, 5, 1), count: 8) == "5/8 by SLURM_ARRAY_TASK_ID 5")
  }

  @Test func whatIsMissingOrContradicts() {
    #expect(
      found(["JOB_COMPLETION_INDEX": "5"]).contains(
        "JOB_COMPLETION_INDEX 5 is set and JOB_COMPLETION_COUNT is not -> set JOB_COMPLETION_COUNT"))
    #expect(found(["JOB_COMPLETION_INDEX": "5"], count: 8).hasPrefix("5/8"))
    #expect(found(["JOB_COMPLETION_INDEX": "8"], count: 8).contains("JOB_COMPLETION_INDEX 8 is none of 0 to 7"))
    #expect(found(["RANK": "x", "WORLD_SIZE": "2"]).contains("RANK is 'x', expected a number"))
    #expect(found(["RANK": "2", "WORLD_SIZE": "2"]).contains("is none of 0 to 1"))
    let two = ["RANK": "0", "WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"]
    #expect(
      found(two).contains(
        "OMPI_COMM_WORLD_RANK 1 and OMPI_COMM_WORLD_SIZE 2 means 1/2, RANK 0 and WORLD_SIZE 2 means 0/2 -> give"))
    #expect(found(two.merging(["OMPI_COMM_WORLD_RANK": "0"]) { $1 }).hasPrefix("0/2"))
  }
}
