"""Writes a network of Keras with random weights as a .tflite file: int8, weights per channel, float32 at both ends.

python3 make-litert-network.py <name in keras.applications> <file>
"""

import sys
import tempfile

import numpy
import tensorflow as tf

name, file = sys.argv[1:]
shape = [1, 224, 224, 3]

tf.keras.utils.set_random_seed(0)
network = getattr(tf.keras.applications, name)(
    weights=None, input_shape=tuple(shape[1:]), classes=1000, classifier_activation=None
)


def calibration():
    random = numpy.random.default_rng(0)
    for _ in range(4):
        yield [random.uniform(-1, 1, shape).astype("float32")]


with tempfile.TemporaryDirectory() as folder:
    # Converted as it is, the network would keep its weights in variables.
    signature = [tf.TensorSpec(shape, tf.float32)]
    network.export(folder, verbose=False, input_signature=signature)
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = calibration
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    with open(file, "wb") as out:
        out.write(converter.convert())
