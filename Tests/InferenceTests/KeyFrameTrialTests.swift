import AVARecords
import Clips
import Configuration
import Geometry
import Imaging
import Inference
import Kernels
import NN
import TestSupport
import Testing
import VideoModels

/// What a run will take, measured on a part of it.
struct KeyFrameTrialTests {
  private func run(streams: Int) throws -> ClipRun {
    let config = try configured(thinDetector)
    let model = try LoadedModel(
      config, WeightOptions(randomSeed: 1), engine: Engine(threads: streams, streams: streams)
    ).model
    return ClipRun(model: model, window: ClipWindow(config), preprocessing: Preprocessing(config))
  }

  private func job(_ name: String, _ count: Int, broken: Int? = nil, opens: Bool = true, damaged: Bool = false)
    -> VideoJob
  {
    let tasks = (0..<count).map { number in
      ClipTask(
        KeyFrame(video: name, time: Timestamp(second: number)), center: 4 * number,
        people: [.init(box: UnitBox(x1: 0.1, y1: 0.2, x2: 0.5, y2: 0.9), proposalScore: 1)],
        views: [View(shortSide: 32)])
    }
    return VideoJob(name: name, tasks: tasks) {
      if damaged { throw FrameDamage(frame: 0, cause: "gone", description: "gone") }
      if !opens { throw NoiseFrames.Broken(frame: -1) }
      return NoiseFrames(name, count: 60, broken: broken)
    }
  }

  @Test(arguments: [1, 2]) func placesAreSpread(_ streams: Int) throws {
    let jobs = [job("a", 10), job("b", 10)]
    var last = (0, 0)
    let trial = try KeyFrameTrial(run(streams: streams), jobs, places: 3, isToStop: { false }) { last = ($0, $1) }
    #expect(trial.seconds.count == 3 && trial.measured == 3 * streams && trial.notices.isEmpty)
    #expect(trial.seconds.allSatisfy { $0 > 0 } && trial.least <= trial.mean && trial.mean <= trial.greatest)
    #expect(last == (6 * streams, 6 * streams))
    let single = try KeyFrameTrial(run(streams: streams), [job("a", 1)], places: 3, isToStop: { false }) { _, _ in }
    #expect(single.seconds.count == 1 && single.measured == 1)
    let none = try KeyFrameTrial(run(streams: streams), [], places: 3, isToStop: { false }) { _, _ in }
    #expect(none.seconds.isEmpty && none.mean == 0)
    let stopped = try KeyFrameTrial(run(streams: streams), jobs, places: 3, isToStop: { true }) { _, _ in }
    #expect(stopped.seconds.isEmpty)
  }

  @Test func whatCannotBeMeasuredIsNamed() throws {
    let trial = try KeyFrameTrial(
      run(streams: 1), [job("a", 10, opens: false), job("b", 10)], places: 2, isToStop: { false }
    ) { _, _ in }
    #expect(trial.seconds.count == 1 && trial.notices.count == 1)
    #expect(trial.notices[0].hasPrefix("not measured at a,0000: "), "\(trial.notices)")
    // What is at fault is named, not what stands before it.
    let second = try KeyFrameTrial(
      run(streams: 1), [job("a", 1), job("b", 1, opens: false), job("c", 4)], places: 3, isToStop: { false }
    ) { _, _ in }
    #expect(second.notices.count == 1 && second.notices[0].hasPrefix("not measured at b,0000: "), "\(second.notices)")
    let damaged = try KeyFrameTrial(
      run(streams: 1), [job("a", 1), job("b", 1, damaged: true), job("c", 4)], places: 3, isToStop: { false }
    ) { _, _ in }
    #expect(damaged.notices == ["not measured at b,0000: gone"])
    #expect(throws: NoiseFrames.Broken(frame: 0)) {
      _ = try KeyFrameTrial(run(streams: 1), [job("a", 3, broken: 0)], places: 1, isToStop: { false }) { _, _ in }
    }
  }

  /// The arena of the largest clip, for each stream; clips under way; frames of every short side.
  @Test func memory() throws {
    let (one, two) = (try run(streams: 1), try run(streams: 2))
    let size = ImageSize(width: 48, height: 32)
    let views = [View(shortSide: 32), View(shortSide: 64)]
    let (single, double) = (try one.memory(frames: [size], views), try two.memory(frames: [size], views))
    let arena = try one.model.arenaBytes(height: 64, width: 96)
    #expect(single.arenas == arena)
    #expect(try one.model.plan(batch: 1, height: 64, width: 96).arenaCount * 4 == single.arenas)
    #expect(double.arenas == 2 * single.arenas)
    let clip = 4 * 96 * 64 * 3 * 4
    #expect(single.clips == 2 * clip && double.clips == 4 * clip)
    #expect(
      single.frames == 4 * 3 * (48 * 32 + 96 * 64) && single.total == single.arenas + single.clips + single.frames)
    #expect(try one.memory(frames: [], views).total == 0)
  }
}
