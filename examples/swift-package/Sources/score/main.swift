// Scores a folder of groundtruth.csv, detections.csv and labelmap.pbtxt by the official protocol.
import AVAEval
import AVARecords
import Datasets
import Parallel

guard CommandLine.arguments.count == 2 else { fatalError("usage: score FOLDER") }
let folder = CommandLine.arguments[1]
let pool = WorkerPool()
let tables = try AlignedTables(
  detections: DetectionTable.read(path: folder + "/detections.csv", pool: pool).table,
  groundTruth: GroundTruthTable.read(path: folder + "/groundtruth.csv").table,
  labelMap: LabelMap.read(path: folder + "/labelmap.pbtxt"), dataset: .ava)
let evaluation = evaluate(match(tables, rules: [.official], pool: pool)[0], pool: pool)
for result in evaluation.perClass {
  print("\(result.id) \(result.name): \(result.ap.map { "AP \($0)" } ?? "no ground truth")")
}
print("mAP \(evaluation.mAP.map { "\($0)" } ?? "none")")
