/* Test shapes of every layer type. Small, odd and unequal sides find what squares hide. */
#include "cases.h"

const ls_layer_case ls_layer_cases[] = {
    /* conv: P = floor((H + 2 pad - K) / stride) + 1 */
    {.text = "conv(4)", .in = {6, 5, 3}, .out = {6, 5, 4}},
    {.text = "conv(2, kernel=1)", .in = {3, 4, 5}, .out = {3, 4, 2}},
    {.text = "conv(3, 5, 2)", .in = {7, 6, 2}, .out = {4, 3, 3}},
    {.text = "conv(3, kernel=2, pad=0)", .in = {4, 5, 2}, .out = {3, 4, 3}},
    {.text = "conv(2, kernel=4, stride=3, pad=2)", .in = {5, 7, 1}, .out = {2, 3, 2}},
    {.text = "conv(1)", .in = {1, 1, 1}, .out = {1, 1, 1}},
    {.text = "conv(32)", .in = {16, 16, 3}, .out = {16, 16, 32}, .large = true},
    {.text = "conv(64)", .in = {16, 16, 32}, .out = {16, 16, 64}, .large = true},
    {.text = "conv(32)", .in = {8, 4, 64}, .out = {8, 4, 32}, .large = true},
    {.text = "conv(33)", .in = {9, 7, 17}, .out = {9, 7, 33}, .large = true},
    {.text = "conv(4, kernel=2)", .in = {6, 6, 3}, .refused = "pad=same needs an odd kernel"},
    {.text = "conv(4, kernel=7, pad=1)", .in = {4, 9, 3}, .refused = "kernel 7x7 is larger"},
    {.text = "conv(4, pad=3)", .in = {6, 6, 3}, .refused = "pad=3 is not below the kernel 3"},
    {.text = "conv(65536)", .in = {1, 40000, 1}, .refused = "is too large"},
    {.text = "conv(65536, kernel=129)", .in = {2, 2, 4}, .refused = "weight would have more"},

    /* deconv: P = (H - 1) stride - 2 pad + K + output_pad */
    {.text = "deconv(4)", .in = {3, 4, 3}, .out = {6, 8, 4}},
    {.text = "deconv(2, stride=1, output_pad=0)", .in = {4, 3, 3}, .out = {4, 3, 2}},
    {.text = "deconv(3, 4, 2, 1, 0)", .in = {3, 2, 2}, .out = {6, 4, 3}},
    {.text = "deconv(2, kernel=2, stride=3, pad=0, output_pad=2)",
     .in = {2, 3, 1},
     .out = {7, 10, 2}},
    {.text = "deconv(3, kernel=5, stride=2, pad=2)", .in = {3, 3, 2}, .out = {6, 6, 3}},
    {.text = "deconv(2)", .in = {1, 1, 3}, .out = {2, 2, 2}},
    {.text = "deconv(64)", .in = {4, 4, 128}, .out = {8, 8, 64}, .large = true},
    {.text = "deconv(3)", .in = {16, 16, 32}, .out = {32, 32, 3}, .large = true},
    {.text = "deconv(17)", .in = {5, 7, 33}, .out = {10, 14, 17}, .large = true},
    {.text = "deconv(2, stride=1)", .in = {3, 3, 1}, .refused = "output_pad=1 is not below"},
    {.text = "deconv(2, pad=3)", .in = {3, 3, 1}, .refused = "pad=3 is not below the kernel 3"},
    {.text = "deconv(2, pad=2, output_pad=0)", .in = {1, 1, 1}, .refused = "is too small"},
    {.text = "deconv(65536, stride=1024, output_pad=0)", .in = {64, 64, 1}, .refused = "too large"},

    /* maxpool */
    {.text = "maxpool", .in = {4, 6, 3}, .out = {2, 3, 3}, .spaced = true},
    {.text = "maxpool(3)", .in = {6, 3, 2}, .out = {2, 1, 2}, .spaced = true},
    {.text = "maxpool(3, stride=2)", .in = {7, 5, 2}, .out = {3, 2, 2}, .spaced = true},
    {.text = "maxpool(2, stride=1)", .in = {4, 3, 1}, .out = {3, 2, 1}, .spaced = true},
    {.text = "maxpool(1)", .in = {2, 3, 2}, .out = {2, 3, 2}, .spaced = true},
    {.text = "maxpool(2)", .in = {16, 16, 33}, .out = {8, 8, 33}, .large = true},
    {.text = "maxpool(2)", .in = {7, 7, 3}, .refused = "input 7x7 is not divisible by 2"},
    {.text = "maxpool(3, stride=2)", .in = {8, 7, 3}, .refused = "is not covered"},
    {.text = "maxpool(4)", .in = {2, 8, 3}, .refused = "smaller than the window 4x4"},

    /* dense */
    {.text = "dense(5)", .in = {1, 1, 7}, .out = {1, 1, 5}},
    {.text = "dense(4)", .in = {3, 2, 5}, .out = {1, 1, 4}},
    {.text = "dense(1)", .in = {1, 1, 1}, .out = {1, 1, 1}},
    {.text = "dense(128)", .in = {4, 4, 128}, .out = {1, 1, 128}, .large = true},
    {.text = "dense(2048)", .in = {1, 1, 128}, .out = {1, 1, 2048}, .large = true},
    {.text = "dense(16777216)", .in = {32, 32, 3}, .refused = "weight would have more"},

    /* reshape */
    {.text = "reshape(2,3,4)", .in = {1, 1, 24}, .out = {2, 3, 4}},
    {.text = "reshape(1,1,12)", .in = {2, 3, 2}, .out = {1, 1, 12}},
    {.text = "reshape(2,2,2)", .in = {3, 3, 1}, .refused = "has 9 values"},

    /* by name */
    {.text = "save(a)", .in = {3, 4, 5}, .out = {3, 4, 5}},
    {.text = "save(1)", .in = {3, 4, 5}, .refused = "must be a name"},
    {.text = "add(a)", .in = {3, 4, 5}, .skip = {3, 4, 5}, .out = {3, 4, 5}},
    {.text = "add(a)", .in = {2, 3, 4}, .skip = {4, 6, 3}, .out = {2, 3, 4}},
    {.text = "add(a)", .in = {3, 2, 2}, .skip = {3, 2, 5}, .out = {3, 2, 2}},
    {.text = "add(a)", .in = {8, 8, 64}, .skip = {16, 16, 32}, .out = {8, 8, 64}, .large = true},
    {.text = "add(a)", .in = {2, 3, 4}, .skip = {5, 6, 4}, .refused = "divide both sides"},
    {.text = "concat(a)", .in = {3, 4, 5}, .skip = {3, 4, 2}, .out = {3, 4, 7}},
    {.text = "concat(a)", .in = {3, 4, 5}, .skip = {4, 4, 2}, .refused = "must have one size"},

    /* normalization */
    {.text = "batchnorm", .in = {2, 3, 4}, .out = {2, 3, 4}},
    {.text = "batchnorm(0.5, eps=0.01)", .in = {3, 3, 1}, .out = {3, 3, 1}},
    {.text = "batchnorm(eps=1)", .in = {1, 1, 5}, .out = {1, 1, 5}},
    {.text = "batchnorm", .in = {9, 7, 33}, .out = {9, 7, 33}, .large = true},
    {.text = "batchnorm", .in = {5, 4, 130}, .out = {5, 4, 130}, .large = true},
    {.text = "batchnorm(momentum=2)", .in = {2, 3, 4}, .refused = "momentum"},
    {.text = "layernorm", .in = {3, 2, 5}, .out = {3, 2, 5}},
    {.text = "layernorm(0.1)", .in = {1, 1, 9}, .out = {1, 1, 9}},
    {.text = "layernorm", .in = {7, 9, 70}, .out = {7, 9, 70}, .large = true},
    {.text = "groupnorm(2)", .in = {3, 3, 4}, .out = {3, 3, 4}},
    {.text = "groupnorm(3, eps=0.1)", .in = {2, 2, 6}, .out = {2, 2, 6}},
    {.text = "groupnorm(5)", .in = {4, 7, 65}, .out = {4, 7, 65}, .large = true},
    {.text = "groupnorm(4)", .in = {6, 5, 16}, .out = {6, 5, 16}, .large = true},
    {.text = "groupnorm(3)", .in = {2, 2, 8}, .refused = "8 channels can't be cut into 3 groups"},

    /* gates and attention */
    {.text = "se(2)", .in = {2, 3, 4}, .out = {2, 3, 4}},
    {.text = "se", .in = {3, 2, 3}, .out = {3, 2, 3}},
    {.text = "se(4)", .in = {8, 7, 36}, .out = {8, 7, 36}, .large = true},
    {.text = "cbam(2, kernel=3)", .in = {2, 2, 2}, .out = {2, 2, 2}, .spaced = true},
    {.text = "cbam(2, kernel=3)", .in = {1, 2, 3}, .out = {1, 2, 3}, .spaced = true},
    {.text = "cbam(1)", .in = {1, 3, 2}, .out = {1, 3, 2}, .spaced = true},
    {.text = "cbam(4)", .in = {9, 8, 18}, .out = {9, 8, 18}, .large = true},
    {.text = "cbam(kernel=4)", .in = {8, 8, 2}, .refused = "kernel 4 is even"},
    {.text = "attention", .in = {2, 2, 3}, .out = {2, 2, 3}},
    {.text = "attention(2)", .in = {1, 3, 4}, .out = {1, 3, 4}},
    {.text = "attention(heads=3)", .in = {7, 5, 18}, .out = {7, 5, 18}, .large = true},
    {.text = "attention(3)", .in = {2, 2, 4}, .refused = "4 channels can't be cut into 3 heads"},
    {.text = "attention", .in = {256, 256, 4}, .refused = "between places would have more"},

    /* what adds to the loss */
    {.text = "gaussian", .in = {1, 1, 8}, .out = {1, 1, 4}},
    {.text = "gaussian(0.5, warmup=4)", .in = {2, 3, 6}, .out = {2, 3, 3}},
    {.text = "gaussian", .in = {4, 4, 64}, .out = {4, 4, 32}, .large = true},
    {.text = "gaussian", .in = {1, 1, 5}, .refused = "5 channels are not two halves"},
    {.text = "sparse(0.5)", .in = {2, 3, 4}, .out = {2, 3, 4}},

    /* functions of one number */
    {.text = "relu", .in = {3, 4, 5}, .out = {3, 4, 5}},
    {.text = "relu", .in = {16, 15, 33}, .out = {16, 15, 33}, .large = true},
    {.text = "leaky_relu", .in = {3, 4, 5}, .out = {3, 4, 5}},
    {.text = "leaky_relu(0.3)", .in = {1, 1, 19}, .out = {1, 1, 19}},
    {.text = "leaky_relu(0)", .in = {1, 1, 19}, .refused = "both excluded"},
    {.text = "leaky_relu(slope=1)", .in = {1, 1, 19}, .refused = "both excluded"},
    {.text = "tanh", .in = {3, 4, 5}, .out = {3, 4, 5}},
    {.text = "tanh", .in = {16, 15, 33}, .out = {16, 15, 33}, .large = true},
    {.text = "sigmoid", .in = {3, 4, 5}, .out = {3, 4, 5}},
    {.text = "sigmoid", .in = {16, 15, 33}, .out = {16, 15, 33}, .large = true},
};

const int ls_layer_case_count = (int)(sizeof ls_layer_cases / sizeof ls_layer_cases[0]);
